import { LightResampler } from '@live-transcribe/audio/resample-light';
import { byDeadline } from '../deadline.ts';
import { TranscriptionError } from '../errors.ts';
import { canEncodeOpus, opusRate } from './opus-packer.ts';
import { RecorderSource } from './recorder-source.ts';
import { release } from './request-stream.ts';
import type { AudioSource } from './source.ts';
import type { StreamOptions } from './stream-source.ts';
import { openContext, WorkletSource } from './worklet-source.ts';

export interface CaptureOptions {
  /**
   * Where the page serves `@live-transcribe/client/capture-worklet` as a file of its own: needed only under a content
   * security policy that forbids `blob:` scripts.
   */
  readonly workletUrl?: string | URL;
  /** How it is sent; by default the first of these that the browser can do. */
  readonly encoding?: 'opus' | 'pcm16' | 'recorder';
  /** Hz of the samples in `pcm16`; 24000 by default. */
  readonly sampleRate?: number;
  /** Releases the device at once, at any time. */
  readonly signal?: AbortSignal;
}

/** Of the browser's own doing, with nobody to wait for. */
const openWithinMs = 5_000;
const defaultSampleRate = 24_000;

/** A stream of the browser as a source, which owns the stream from here on. Throws `microphone_failed`. */
export async function openCapture(stream: StreamOptions, options: CaptureOptions): Promise<AudioSource> {
  try {
    return await open(stream, options);
  } catch (cause) {
    release(stream.stream);
    options.signal?.throwIfAborted();
    throw new TranscriptionError('microphone_failed', 'The page could not process the audio.', { cause });
  }
}

async function open(stream: StreamOptions, options: CaptureOptions): Promise<AudioSource> {
  const { encoding, sampleRate = defaultSampleRate, signal, workletUrl } = options;
  if (encoding === 'recorder') return new RecorderSource(stream);
  try {
    const opus = encoding !== 'pcm16' && (await canEncodeOpus());
    const rate = opus ? opusRate : sampleRate;
    const late = () => new Error('The browser did not let the page process audio.');
    const context = await byDeadline(openContext(workletUrl), { withinMs: openWithinMs, late, signal });
    const resampler = new LightResampler(context.sampleRate, rate);
    return new WorkletSource(stream, context, opus ? 'opus' : 'pcm16', rate, resampler);
  } catch (error) {
    // A page whose policy forbids the worklet still has a recorder.
    if (signal?.aborted || encoding !== undefined) throw error;
    return new RecorderSource(stream);
  }
}
