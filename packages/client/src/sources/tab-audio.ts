import { type ClientErrorCode, TranscriptionError } from '../errors.ts';
import { type CaptureOptions, openCapture } from './open-capture.ts';
import { release, requestStream } from './request-stream.ts';
import type { AudioSource } from './source.ts';

/**
 * Asks for a tab, a window or a screen, and listens to its sound until the person ends the sharing. Throws
 * `TranscriptionError`: `tab_silent` where the person shares no sound.
 */
export async function tabAudio(options: CaptureOptions = {}): Promise<AudioSource> {
  const { signal } = options;
  // As the tab plays it: what makes a voice clear spoils everything else.
  const audio = { echoCancellation: false, noiseSuppression: false, autoGainControl: false };
  // Browsers share no sound alone.
  const ask = (devices: MediaDevices) => devices.getDisplayMedia({ video: true, audio });
  const stream = await requestStream(ask, tabError, signal);
  if (stream.getAudioTracks().length === 0) {
    release(stream);
    throw new TranscriptionError('tab_silent', 'What was shared comes without sound.');
  }
  // The sound goes on without the picture, which would cost much and is of no use.
  for (const track of stream.getVideoTracks()) track.stop();
  return openCapture({ stream, lost: undefined, signal }, options);
}

function tabError(cause: unknown): TranscriptionError {
  const denied = cause instanceof Error && /^(NotAllowed|Security)Error$/.test(cause.name);
  const code: ClientErrorCode = denied ? 'tab_denied' : 'tab_unsupported';
  return new TranscriptionError(code, 'The sound of a tab could not be had.', { cause });
}
