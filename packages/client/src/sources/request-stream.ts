import { byDeadline } from '../deadline.ts';
import { TranscriptionError } from '../errors.ts';

/**
 * Asks the person for a stream, for as long as they take to answer; one that comes after an abort is released at once.
 * What the browser throws becomes what `explain` makes of it.
 */
export async function requestStream(
  ask: (devices: MediaDevices) => Promise<MediaStream>,
  explain: (thrown: unknown) => TranscriptionError,
  signal: AbortSignal | undefined,
): Promise<MediaStream> {
  signal?.throwIfAborted();
  // Typed as always there, but left out where the context is not secure.
  const devices: MediaDevices | undefined = navigator.mediaDevices;
  if (devices === undefined) {
    const message = 'The microphone needs a page served over HTTPS or from localhost.';
    throw new TranscriptionError('insecure_context', message);
  }
  // What is not there is thrown at once; it too is to be explained.
  const asked = Promise.resolve(devices).then(ask);
  try {
    return await byDeadline(asked, { signal });
  } catch (thrown) {
    if (!signal?.aborted) throw explain(thrown);
    asked.then(release, () => undefined);
    throw thrown;
  }
}

export function release(stream: MediaStream): void {
  for (const track of stream.getTracks()) track.stop();
}
