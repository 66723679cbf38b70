import { msToSamples } from '@live-transcribe/audio';
import { pcmRate, type TurnDetection } from './client-events.ts';

/** Samples; 20 ms. */
const frame = 480;
/** Two loud frames begin an utterance, so that a click does not. */
const onsetFrames = 2;
const defaults = { threshold: 0.5, prefixMs: 300, silenceMs: 500 } as const;
/** How long a semantic detector would wait, told as silence, in ms. */
const eagernessMs = { low: 1_000, medium: 600, auto: 600, high: 300 } as const;

export interface VadMark {
  readonly kind: 'started' | 'stopped';
  /** Samples since the session's first. */
  readonly at: number;
}

/** Finds utterances by loudness alone: enough to drive a protocol, no judge of speech. */
export class EnergyVad {
  readonly #threshold: number;
  readonly #prefix: number;
  readonly #silence: number;
  #position: number;
  #floor: number;
  #sum = 0;
  #counted = 0;
  #speaking = false;
  /** Frames in a row that speak for a change. */
  #run = 0;

  /** `position` is the session's sample number of the first sample it will hear. */
  constructor(turnDetection: TurnDetection, position: number) {
    const { threshold, prefixMs, silenceMs } = timing(turnDetection);
    this.#threshold = threshold;
    this.#prefix = msToSamples(prefixMs, pcmRate);
    this.#silence = Math.max(1, Math.ceil(msToSamples(silenceMs, pcmRate) / frame));
    this.#position = position;
    this.#floor = position;
  }

  /** What was heard so far has become an item, or was cleared: an utterance under way begins anew. */
  cut(): void {
    this.#floor = this.#position;
    this.#speaking = false;
    this.#run = 0;
  }

  *hear(samples: Int16Array): Generator<VadMark> {
    for (const sample of samples) {
      this.#sum += sample * sample;
      this.#counted += 1;
      this.#position += 1;
      if (this.#counted === frame) {
        const mark = this.#judge(activity(this.#sum / frame) > this.#threshold);
        this.#sum = 0;
        this.#counted = 0;
        if (mark) yield mark;
      }
    }
  }

  #judge(loud: boolean): VadMark | undefined {
    this.#run = loud === this.#speaking ? 0 : this.#run + 1;
    if (this.#run < (this.#speaking ? this.#silence : onsetFrames)) return undefined;
    this.#speaking = !this.#speaking;
    this.#run = 0;
    if (!this.#speaking) {
      this.#floor = this.#position;
      return { kind: 'stopped', at: this.#position };
    }
    const onset = this.#position - onsetFrames * frame - this.#prefix;
    return { kind: 'started', at: Math.max(onset, this.#floor) };
  }
}

function timing(turnDetection: TurnDetection): Readonly<Record<keyof typeof defaults, number>> {
  if (turnDetection.type === 'semantic_vad') {
    return { ...defaults, silenceMs: eagernessMs[turnDetection.eagerness ?? 'auto'] };
  }
  return {
    threshold: turnDetection.threshold ?? defaults.threshold,
    prefixMs: turnDetection.prefix_padding_ms ?? defaults.prefixMs,
    silenceMs: turnDetection.silence_duration_ms ?? defaults.silenceMs,
  };
}

/** From 0 at -60 dB below full scale to 1 at -20 dB, where close speech lies; a threshold of 0.5 is -40 dB. */
function activity(meanSquare: number): number {
  if (meanSquare === 0) return 0;
  const decibels = 10 * Math.log10(meanSquare / 32_768 ** 2);
  return (decibels + 60) / 40;
}
