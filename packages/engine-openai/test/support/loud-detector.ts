import type { SpeechEdge, TurnDetector } from '../../src/index.ts';
import { rate } from './audio.ts';

const frame = rate / 100;
const prefix = 0.3 * rate;
const tail = 0.2 * rate;

/** Whatever is loud is speech. Frames of 10 ms; 500 ms of quiet end an utterance, unless told otherwise. */
export class LoudDetector implements TurnDetector {
  readonly #silence: number;
  #position = 0;
  #since: number | undefined;
  #lastLoud = 0;
  #lastEnd = 0;
  #peak = 0;

  constructor(silenceMs = 500) {
    this.#silence = (silenceMs * rate) / 1000;
  }

  push(samples: Int16Array): SpeechEdge[] {
    const edges: SpeechEdge[] = [];
    for (const sample of samples) {
      this.#peak = Math.max(this.#peak, Math.abs(sample));
      this.#position += 1;
      if (this.#position % frame === 0) edges.push(...this.#judge());
    }
    return edges;
  }

  get speaking(): boolean {
    return this.#since !== undefined;
  }

  get quietThrough(): number {
    return this.#since ?? Math.max(this.#lastEnd, this.#position - (this.#position % frame) - prefix, 0);
  }

  *#judge(): Generator<SpeechEdge> {
    const isLoud = this.#peak > 1_000;
    this.#peak = 0;
    if (isLoud) this.#lastLoud = this.#position;
    if (isLoud && this.#since === undefined) {
      this.#since = Math.max(this.#lastEnd, this.#position - frame - prefix);
      yield { kind: 'started', at: this.#since };
    } else if (this.#since !== undefined && this.#position - this.#lastLoud >= this.#silence) {
      this.#since = undefined;
      this.#lastEnd = this.#lastLoud + tail;
      yield { kind: 'ended', at: this.#lastEnd };
    }
  }
}
