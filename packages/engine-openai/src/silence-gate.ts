import { msToSamples } from '@live-transcribe/audio';
import { sampleRate } from './transcription-session.ts';

export interface GateSilence {
  /** So much quiet is sent before nothing is, in ms. */
  readonly afterMs: number;
  /** So much of the quiet before speech is sent with it, in ms. */
  readonly preRollMs: number;
}

/** Samples and the number of the first of them in the stream. */
export interface Stretch {
  readonly at: number;
  readonly samples: Int16Array;
}

/** What a detector makes of the stream up to now. */
export interface Judgement {
  /** Speech, or an edge of it, in what is being passed. */
  readonly isSpeech: boolean;
  readonly quietThrough: number;
  /** Nothing hangs on the service hearing more. */
  readonly mayClose: boolean;
}

/** A detector that stays undecided for longer has the gate opened: what is held stays bounded. */
const mostUndecidedMs = 5_000;

/**
 * Keeps long silence from being sent. Only what a detector is certain of is dropped, and the pre-roll before that is
 * held, so that no word loses its beginning. Bound: the pre-roll and 5 s.
 */
export class SilenceGate {
  readonly #after: number;
  readonly #preRoll: number;
  readonly #capacity: number;
  /** While it is closed: copies, without gaps. */
  #held: Stretch[] | undefined;
  #soundEnd = 0;
  #saved = 0;

  constructor({ afterMs, preRollMs }: GateSilence) {
    this.#after = msToSamples(afterMs, sampleRate);
    this.#preRoll = msToSamples(preRollMs, sampleRate);
    this.#capacity = this.#preRoll + msToSamples(mostUndecidedMs, sampleRate);
  }

  /** Samples that were not sent. */
  get saved(): number {
    return this.#saved;
  }

  /** What to send now. */
  pass(stretch: Stretch, { isSpeech, quietThrough, mayClose }: Judgement): readonly Stretch[] {
    const end = stretch.at + stretch.samples.length;
    if (isSpeech) {
      this.#soundEnd = end;
      return [...this.open(), stretch];
    }
    if (!this.#held) {
      if (!mayClose || stretch.at - this.#soundEnd < this.#after) return [stretch];
      this.#held = [];
    }
    this.#held.push({ at: stretch.at, samples: stretch.samples.slice() });
    this.#forgetBefore(Math.min(quietThrough, end) - this.#preRoll);
    const first = this.#held[0]?.at ?? end;
    if (end - first <= this.#capacity) return [];
    this.#soundEnd = end;
    return this.open();
  }

  /** Opens it; answers what was held. */
  open(): readonly Stretch[] {
    const held = this.#held ?? [];
    const last = held.at(-1);
    if (last) this.#soundEnd = Math.max(this.#soundEnd, last.at + last.samples.length);
    this.#held = undefined;
    return held;
  }

  #forgetBefore(position: number): void {
    const held = this.#held ?? [];
    for (let first = held[0]; first && first.at < position; first = held[0]) {
      const dropped = Math.min(position - first.at, first.samples.length);
      this.#saved += dropped;
      if (dropped === first.samples.length) held.shift();
      else held[0] = { at: first.at + dropped, samples: first.samples.subarray(dropped) };
    }
  }
}
