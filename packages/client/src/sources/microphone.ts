import { type ClientErrorCode, TranscriptionError } from '../errors.ts';
import { type CaptureOptions, openCapture } from './open-capture.ts';
import { requestStream } from './request-stream.ts';
import type { AudioSource } from './source.ts';

export interface MicrophoneOptions extends CaptureOptions {
  /** As `devices()` names it; the system's choice by default. */
  readonly deviceId?: string;
  /** What the browser does to the sound; its own choice by default. */
  readonly echoCancellation?: boolean;
  readonly noiseSuppression?: boolean;
  readonly autoGainControl?: boolean;
}

/** Asks for the microphone and listens to it. The caller owns it until `stop` or `start`. Throws `TranscriptionError`. */
export async function microphone(options: MicrophoneOptions = {}): Promise<AudioSource> {
  const { deviceId, signal } = options;
  const audio: MediaTrackConstraints = {};
  if (deviceId !== undefined) audio.deviceId = { exact: deviceId };
  for (const name of ['echoCancellation', 'noiseSuppression', 'autoGainControl'] as const) {
    const wanted = options[name];
    if (wanted !== undefined) audio[name] = wanted;
  }
  const stream = await requestStream((devices) => devices.getUserMedia({ audio }), microphoneError, signal);
  const lost = new TranscriptionError('microphone_lost', 'The microphone went away.');
  return openCapture({ stream, lost, signal }, options);
}

/** By the names of the DOMExceptions of the Media Capture specification's getUserMedia(), section 10.2. */
const failures: Readonly<Record<string, ClientErrorCode>> = {
  NotAllowedError: 'microphone_denied',
  SecurityError: 'microphone_denied',
  NotFoundError: 'microphone_missing',
  OverconstrainedError: 'microphone_missing',
  NotReadableError: 'microphone_in_use',
  AbortError: 'microphone_in_use',
};

function microphoneError(cause: unknown): TranscriptionError {
  const code = (cause instanceof Error && failures[cause.name]) || 'microphone_failed';
  return new TranscriptionError(code, 'The microphone could not be opened.', { cause });
}
