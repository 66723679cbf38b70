import { bandCount, frameRate, mostFrames, powersOf } from './bands.ts';
import { Loudness } from './loudness.ts';
import { checkedSampleRate, limitsOf, type SpeechDetectorOptions } from './options.ts';
import { type SpeechEdge, Utterances } from './utterances.ts';

const none: readonly SpeechEdge[] = [];

/**
 * Where speech starts and ends in a stream of mono samples. When in doubt it is speech: an utterance begins `prefixMs` before
 * its first sound, and noise is speech until it has been steady for some seconds, or for one at the beginning of the stream.
 */
export class SpeechDetector {
  readonly #sampleRate: number;
  /** All frames have as many samples. */
  readonly #isEven: boolean;
  readonly #loudness: Loudness;
  readonly #utterances: Utterances;
  /** The beginning of a frame whose end has not come; never a whole frame. */
  readonly #carry: Int16Array;
  #carried = 0;
  #frames = 0;

  /** Throws a `RangeError` for an option out of its range. */
  constructor(options: SpeechDetectorOptions) {
    this.#sampleRate = checkedSampleRate(options);
    this.#isEven = this.#sampleRate % frameRate === 0;
    this.#loudness = new Loudness(this.#sampleRate);
    this.#utterances = new Utterances(limitsOf(options));
    this.#carry = new Int16Array(Math.ceil(this.#sampleRate / frameRate));
  }

  /**
   * The edges that these samples make certain, `at` in samples of the stream: the same ones however it is cut. An utterance
   * of `maxUtteranceMs` ends, and the next one starts, at a pause up to half of that ago; any other end is at most the
   * silence ago, any other start the prefix and the speech it took.
   */
  push(samples: Int16Array): readonly SpeechEdge[] {
    let edges: SpeechEdge[] | undefined;
    let from = 0;
    for (;;) {
      const length = this.#sampleAt(this.#frames + 1) - this.#sampleAt(this.#frames);
      const missing = length - this.#carried;
      const left = samples.length - from;
      if (left < missing) break;
      if (this.#carried > 0) {
        this.#keep(samples.subarray(from, from + missing));
        edges = this.#hear(this.#carry.subarray(0, length), 1, edges);
        this.#carried = 0;
        from += missing;
      } else {
        const frames = this.#isEven ? Math.min(mostFrames, Math.floor(left / length)) : 1;
        const end = from + frames * length;
        edges = this.#hear(end - from === samples.length ? samples : samples.subarray(from, end), frames, edges);
        from = end;
      }
    }
    if (from < samples.length) this.#keep(samples.subarray(from));
    return edges ?? none;
  }

  /** Whether an utterance is open. */
  get speaking(): boolean {
    return this.#utterances.speaking;
  }

  /** Samples before this one are certainly not part of an utterance that is or will be open. Never goes back. */
  get quietThrough(): number {
    return this.#sampleAt(Math.max(0, this.#utterances.quietThrough));
  }

  /** Takes `frames` of the same length, which are all of `samples`; answers `edges` with those that were found. */
  #hear(samples: Int16Array, frames: number, edges: SpeechEdge[] | undefined): SpeechEdge[] | undefined {
    const powers = powersOf(samples, frames);
    let all = edges;
    for (let frame = 0; frame < frames; frame++) {
      this.#frames++;
      const verdict = this.#loudness.judge(powers, frame * bandCount);
      const found = this.#utterances.hear(verdict, this.#loudness);
      if (found.length === 0) continue;
      for (const { kind, at } of found) (all ??= []).push({ kind, at: this.#sampleAt(at) });
    }
    return all;
  }

  #keep(samples: Int16Array): void {
    this.#carry.set(samples, this.#carried);
    this.#carried += samples.length;
  }

  /** Frames last 10 ms on average where that is no whole number of samples. */
  #sampleAt(frame: number): number {
    return Math.floor((frame * this.#sampleRate) / frameRate);
  }
}
