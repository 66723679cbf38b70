import { peakAndRms, Resampler } from '@live-transcribe/audio';
import { BoundedStream } from '../bounded-stream.ts';
import { TranscriptionError } from '../errors.ts';
import type { Microphone, MicrophoneChunk } from './microphone.ts';
import { release } from './request-stream.ts';

export interface CaptureOptions {
  /** Owned from here on, as is the context. */
  readonly stream: MediaStream;
  /** Running, with the capture worklet loaded. */
  readonly context: AudioContext;
  readonly sampleRate: number;
  readonly signal: AbortSignal | undefined;
}

/** As long as connecting may take with speech going on, with much to spare. */
const unreadSeconds = 60;
/** For the audio thread to hand over what it has gathered: one render quantum, unless the browser has stopped it. */
const lastFrameWithinMs = 1_000;

/** A microphone in use: device, then worklet, then resampler, then chunks. */
export class Capture implements Microphone {
  readonly chunks: AsyncIterable<MicrophoneChunk>;
  readonly #options: CaptureOptions;
  readonly #chunks: BoundedStream<MicrophoneChunk>;
  readonly #resampler: Resampler;
  readonly #source: MediaStreamAudioSourceNode;
  readonly #worklet: AudioWorkletNode;
  readonly #track: MediaStreamTrack | undefined;
  #ending: Promise<void> | undefined;
  #lastFrame: () => void = () => undefined;

  constructor(options: CaptureOptions) {
    const { stream, context, sampleRate, signal } = options;
    this.#options = options;
    this.#resampler = new Resampler(context.sampleRate, sampleRate);
    this.#chunks = new BoundedStream({
      capacity: unreadSeconds * sampleRate,
      weigh: ({ samples }) => samples.length,
      overflow: () => new TranscriptionError('audio_not_read', `${unreadSeconds} s of audio wait to be read.`),
    });
    this.chunks = this.#chunks;

    this.#source = new MediaStreamAudioSourceNode(context, { mediaStream: stream });
    this.#worklet = new AudioWorkletNode(context, 'live-transcribe-capture', {
      channelCount: 1,
      channelCountMode: 'explicit',
      channelInterpretation: 'speakers',
    });
    this.#worklet.port.onmessage = ({ data }: MessageEvent<unknown>) => this.#take(data);
    // Its output is silence, but browsers need not run a node from which nothing leads to the destination.
    this.#source.connect(this.#worklet).connect(context.destination);

    this.#track = stream.getAudioTracks()[0];
    this.#track?.addEventListener('ended', this.#lose);
    signal?.addEventListener('abort', this.#abort);
    // What happened before there was anybody to listen.
    if (this.#track?.readyState !== 'live') this.#lose();
    if (signal?.aborted) this.#abort();
  }

  stop(): Promise<void> {
    return this.#end(() => this.#chunks.end());
  }

  readonly #lose = (): void => {
    const lost = new TranscriptionError('microphone_lost', 'The microphone went away.');
    void this.#end(() => this.#chunks.fail(lost));
  };

  readonly #abort = (): void => {
    this.#chunks.fail(this.#options.signal?.reason);
    void this.stop();
  };

  #take(data: unknown): void {
    if (data instanceof Float32Array) this.#push(this.#resampler.push(data));
    else this.#lastFrame();
  }

  #push(samples: Int16Array): void {
    if (samples.length === 0) return;
    const taken = this.#chunks.push({ samples, ...peakAndRms(samples) });
    if (!taken) void this.stop();
  }

  /** The first ending counts. Resolves when everything is released; never rejects. */
  #end(endChunks: () => void): Promise<void> {
    this.#ending ??= this.#finish(endChunks);
    return this.#ending;
  }

  async #finish(endChunks: () => void): Promise<void> {
    const { context, signal, stream } = this.#options;
    this.#track?.removeEventListener('ended', this.#lose);
    signal?.removeEventListener('abort', this.#abort);
    await this.#drain();
    this.#push(this.#resampler.flush());
    endChunks();
    this.#worklet.port.close();
    this.#source.disconnect();
    this.#worklet.disconnect();
    release(stream);
    // Rejects only where it is closed already.
    await context.close().catch(() => undefined);
  }

  async #drain(): Promise<void> {
    let timer: ReturnType<typeof setTimeout> | undefined;
    await new Promise<void>((resolve) => {
      this.#lastFrame = resolve;
      timer = setTimeout(resolve, lastFrameWithinMs);
      this.#worklet.port.postMessage('end');
    });
    clearTimeout(timer);
  }
}
