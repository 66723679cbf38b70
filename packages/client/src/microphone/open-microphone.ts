import { byDeadline } from '../deadline.ts';
import { TranscriptionError } from '../errors.ts';
import { Capture } from './capture.ts';
import type { Microphone } from './microphone.ts';
import { release, requestStream } from './request-stream.ts';

export interface MicrophoneOptions {
  /** Hz of the samples that come out, whatever the device has. */
  readonly sampleRate: number;
  /** Where the page serves `@live-transcribe/client/capture-worklet`, as a file of its own. */
  readonly workletUrl: string | URL;
  /** As `navigator.mediaDevices.enumerateDevices()` names it; the system's choice by default. */
  readonly deviceId?: string;
  /** Releases the microphone at once, at any time. */
  readonly signal?: AbortSignal;
}

/** Of the browser's own doing, with nobody to wait for. */
const openWithinMs = 5_000;

/** Asks for the microphone and listens to it. The caller owns it until `stop`. Throws `TranscriptionError`. */
export async function openMicrophone(options: MicrophoneOptions): Promise<Microphone> {
  const { deviceId, sampleRate, signal, workletUrl } = options;
  const stream = await requestStream(deviceId, signal);
  // At the rate that the device has: Firefox refuses to connect a microphone to a context of another one.
  const context = new AudioContext();
  try {
    const opened = byDeadline(openContext(context, workletUrl), { withinMs: openWithinMs, late: stuck, signal });
    await opened;
    return new Capture({ stream, context, sampleRate, signal });
  } catch (thrown) {
    release(stream);
    await context.close();
    if (signal?.aborted || thrown instanceof TranscriptionError) throw thrown;
    throw new TranscriptionError('microphone_failed', 'The page could not process the audio.', { cause: thrown });
  }
}

async function openContext(context: AudioContext, workletUrl: string | URL): Promise<void> {
  await context.audioWorklet.addModule(workletUrl);
  // Never resolves where the browser wants a click first.
  await context.resume();
}

const stuck = () => new TranscriptionError('microphone_failed', 'The browser did not let the page process audio.');
