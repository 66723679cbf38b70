import { TranscriptionError } from '../errors.ts';

/**
 * Asks for the microphone, with the browser's own choice of echo cancellation and gain. Waits for as long as the
 * person takes to answer; a stream that comes after an abort is released at once.
 */
export async function requestStream(
  deviceId: string | undefined,
  signal: AbortSignal | undefined,
): Promise<MediaStream> {
  signal?.throwIfAborted();
  // Typed as always there, but left out where the context is not secure.
  const devices: MediaDevices | undefined = navigator.mediaDevices;
  if (devices === undefined) {
    throw new TranscriptionError(
      'insecure_context',
      'The microphone needs a page served over HTTPS or from localhost.',
    );
  }
  const audio = deviceId === undefined ? true : { deviceId: { exact: deviceId } };
  const asked = devices.getUserMedia({ audio });
  const aborted = abortion(signal);
  try {
    return await Promise.race([asked, aborted.promise]);
  } catch (thrown) {
    if (!signal?.aborted) throw microphoneError(thrown);
    asked.then(release, () => undefined);
    throw signal.reason;
  } finally {
    aborted.forget();
  }
}

export function release(stream: MediaStream): void {
  for (const track of stream.getTracks()) track.stop();
}

function abortion(signal: AbortSignal | undefined) {
  let onAbort: () => void = () => undefined;
  const promise = new Promise<never>((_resolve, reject) => {
    onAbort = () => reject(signal?.reason);
    signal?.addEventListener('abort', onAbort);
  });
  return { promise, forget: () => signal?.removeEventListener('abort', onAbort) };
}

/** By the names of the DOMExceptions of the Media Capture specification's getUserMedia(), section 10.2. */
function microphoneError(thrown: unknown): TranscriptionError {
  const options = { cause: thrown };
  switch (thrown instanceof Error ? thrown.name : '') {
    case 'NotAllowedError':
    case 'SecurityError':
      return new TranscriptionError('microphone_denied', 'The microphone was not allowed.', options);
    case 'NotFoundError':
    case 'OverconstrainedError':
      return new TranscriptionError('microphone_missing', 'No such microphone was found.', options);
    case 'NotReadableError':
    case 'AbortError':
      return new TranscriptionError('microphone_in_use', 'The microphone could not be opened.', options);
    default:
      return new TranscriptionError('microphone_failed', 'The browser could not open the microphone.', options);
  }
}
