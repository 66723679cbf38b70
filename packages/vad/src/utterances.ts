import type { Verdict } from './loudness.ts';
import { Pauses } from './pauses.ts';

/** An edge of speech; `at` counts from the first of the stream: frames inside, samples outside. */
export interface SpeechEdge {
  readonly kind: 'started' | 'ended';
  readonly at: number;
}

/** All in frames; `speech` at most 15. */
export interface UtteranceLimits {
  /** As much silence ends an utterance. */
  readonly silence: number;
  /** As much speech begins one. */
  readonly speech: number;
  /** As much before it belongs to it. */
  readonly prefix: number;
  readonly longest: number;
}

/** 200 ms after the last frame heard belong to an utterance: a word fades into the noise before it is over. */
const tailFrames = 20;

/** Speech goes on when so many of the latest frames are audible: a lone frame is a click or the grain of noise. */
const latestFrames = 8;
const audibleFrames = 3;

type State = { readonly kind: 'quiet' } | { readonly kind: 'speaking'; readonly since: number };

const none: readonly SpeechEdge[] = [];

/**
 * What is said of the frames, as utterances.
 *
 *   quiet ── enough of the latest frames are speech ──▶ speaking ── silence ──▶ quiet
 *                                                          └── too long ──▶ speaking anew, since the best pause
 */
export class Utterances {
  readonly #limits: UtteranceLimits;
  readonly #tail: number;
  readonly #pauses = new Pauses();
  #state: State = { kind: 'quiet' };
  #frames = 0;
  /** The latest frames as bits, the latest one being the lowest: speech while it is quiet, audible ones while it is not. */
  #latest = 0;
  #lastHeard = 0;
  #lastEnd = 0;

  constructor(limits: UtteranceLimits) {
    this.#limits = limits;
    this.#tail = Math.min(tailFrames, limits.silence);
  }

  get speaking(): boolean {
    return this.#state.kind === 'speaking';
  }

  /** Frames before this one belong to no utterance that is open or will be. */
  get quietThrough(): number {
    return this.#state.kind === 'speaking' ? this.#state.since : this.#startIfSpeech();
  }

  /** The next frame, and how many dB it is over the noise, should that be asked. */
  hear(verdict: Verdict, loudness: { readonly decibels: number }): readonly SpeechEdge[] {
    this.#frames++;
    return this.#state.kind === 'quiet'
      ? this.#hearQuiet(verdict)
      : this.#hearSpeech(this.#state.since, verdict, loudness);
  }

  #hearQuiet(verdict: Verdict): readonly SpeechEdge[] {
    const { speech } = this.#limits;
    // Twice as long: the closure within a short word does not hide it.
    this.#remember(verdict === 'speech', 2 * speech);
    if (countBits(this.#latest) < speech) return none;
    const since = this.#startIfSpeech();
    this.#latest = 0;
    this.#lastHeard = this.#frames;
    return [this.#begin(since)];
  }

  #hearSpeech(since: number, verdict: Verdict, loudness: { readonly decibels: number }): readonly SpeechEdge[] {
    this.#remember(verdict !== 'quiet', latestFrames);
    if (countBits(this.#latest) >= audibleFrames) this.#lastHeard = this.#frames;
    const lasted = this.#frames - since;
    if (lasted > this.#limits.longest / 2) this.#pauses.hear(this.#frames, loudness.decibels);
    if (this.#frames - this.#lastHeard >= this.#silenceFor(lasted)) return [this.#end(this.#lastHeard + this.#tail)];
    if (lasted < this.#limits.longest) return none;
    const at = this.#pauses.best;
    return [this.#end(at), this.#begin(at)];
  }

  /** From half of the longest on a shorter and shorter pause ends it, so that it hardly ever has to be cut afterwards. */
  #silenceFor(lasted: number): number {
    const { silence, longest } = this.#limits;
    const over = Math.max(0, (2 * lasted) / longest - 1);
    return silence - (silence - this.#tail) * over;
  }

  #begin(since: number): SpeechEdge {
    this.#state = { kind: 'speaking', since };
    this.#pauses.begin(this.#frames);
    return { kind: 'started', at: since };
  }

  #end(at: number): SpeechEdge {
    this.#state = { kind: 'quiet' };
    this.#latest = 0;
    this.#lastEnd = at;
    return { kind: 'ended', at };
  }

  /** Where an utterance begins whose first frame is the first one remembered, or else the next one. */
  #startIfSpeech(): number {
    const remembered = 32 - Math.clz32(this.#latest);
    return Math.max(this.#lastEnd, this.#frames - remembered - this.#limits.prefix);
  }

  #remember(frame: boolean, count: number): void {
    this.#latest = ((this.#latest << 1) | (frame ? 1 : 0)) & ((1 << count) - 1);
  }
}

/** Of at most 31 bits; each turn takes the lowest one away. */
function countBits(bits: number): number {
  let count = 0;
  for (let rest = bits; rest !== 0; rest &= rest - 1) count++;
  return count;
}
