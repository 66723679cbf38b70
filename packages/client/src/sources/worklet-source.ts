import type { LightResampler } from '@live-transcribe/audio/resample-light';
import { byDeadline } from '../deadline.ts';
import { defineCapture } from './define-capture.ts';
import { OpusPacker } from './opus-packer.ts';
import type { Level } from './source.ts';
import { type StreamOptions, StreamSource } from './stream-source.ts';

/** For the audio thread to hand over what it has gathered: one render quantum, unless the browser has stopped it. */
const lastFrameWithinMs = 1_000;

/** An audio context, running, with the capture worklet loaded. */
export async function openContext(workletUrl: string | URL | undefined): Promise<AudioContext> {
  // At the rate that the device has: Firefox refuses to connect a microphone to a context of another one.
  const context = new AudioContext();
  const script = new Blob([`(${defineCapture.toString()})()`], { type: 'text/javascript' });
  const own = URL.createObjectURL(script);
  try {
    await context.audioWorklet.addModule(workletUrl ?? own);
    // Never resolves where the browser wants a click first.
    await context.resume();
    return context;
  } catch (error) {
    await context.close();
    throw error;
  } finally {
    URL.revokeObjectURL(own);
  }
}

/** Device, then worklet, then resampler, then packets of Opus, or PCM at the rate asked for. */
export class WorkletSource extends StreamSource {
  readonly encoding: 'opus' | 'pcm16';
  readonly sampleRate: number;
  readonly #context: AudioContext;
  readonly #source: MediaStreamAudioSourceNode;
  readonly #worklet: AudioWorkletNode;
  readonly #resampler: LightResampler;
  readonly #opus: OpusPacker | undefined;
  #level: Level = { peak: 0, rms: 0 };
  #lastFrame: () => void = () => undefined;

  /** The resampler leads from the context's rate to `sampleRate`, which is `opusRate` for Opus. */
  constructor(
    options: StreamOptions,
    context: AudioContext,
    encoding: 'opus' | 'pcm16',
    sampleRate: number,
    resampler: LightResampler,
  ) {
    super(options);
    this.encoding = encoding;
    this.sampleRate = sampleRate;
    this.#context = context;
    this.#resampler = resampler;
    if (encoding === 'opus')
      this.#opus = new OpusPacker(
        (bytes) => this.#put(bytes, 0.02),
        (error) => this.fail(error),
      );

    this.#source = new MediaStreamAudioSourceNode(context, { mediaStream: options.stream });
    this.#worklet = new AudioWorkletNode(context, 'live-transcribe-capture', {
      channelCount: 1,
      channelCountMode: 'explicit',
      channelInterpretation: 'speakers',
    });
    this.#worklet.port.onmessage = ({ data }: MessageEvent<unknown>) => this.#take(data);
    // Its output is silence, but browsers need not run a node from which nothing leads to the destination.
    this.#source.connect(this.#worklet).connect(context.destination);
    // A telephone call takes the sound away for as long as it lasts.
    context.onstatechange = () => {
      if (context.state !== 'closed') void context.resume().catch(() => undefined);
    };
  }

  protected async drain(): Promise<void> {
    const lastFrame = new Promise<void>((resolve) => {
      this.#lastFrame = resolve;
      this.#worklet.port.postMessage('end');
    });
    await byDeadline(lastFrame, { withinMs: lastFrameWithinMs }).catch(() => undefined);
    this.#push(this.#resampler.flush());
    await this.#opus?.flush();
    this.#worklet.port.close();
    this.#source.disconnect();
    this.#worklet.disconnect();
    // Rejects only where it is closed already.
    await this.#context.close().catch(() => undefined);
  }

  #take(data: unknown): void {
    if (!(data instanceof Float32Array)) return this.#lastFrame();
    this.#push(this.#resampler.push(data));
  }

  #push(samples: Int16Array): void {
    if (samples.length === 0) return;
    this.#level = levelOf(samples);
    if (this.#opus) return this.#opus.push(samples);
    // A view will not do: browsers send no memory that might be shared with a worker.
    this.#put(new Uint8Array(new Int16Array(samples).buffer), samples.length / this.sampleRate);
  }

  #put(bytes: Uint8Array<ArrayBuffer>, seconds: number): void {
    const { peak, rms } = this.#level;
    this.put({ bytes, seconds, level: { peak, rms } });
  }
}

function levelOf(samples: Int16Array): Level {
  let highest = 0;
  let sum = 0;
  for (const sample of samples) {
    const square = sample * sample;
    highest = Math.max(highest, square);
    sum += square;
  }
  return { peak: Math.sqrt(highest) / 32_768, rms: Math.sqrt(sum / samples.length) / 32_768 };
}
