import { Bands, frameRate } from './bands.ts';
import { Loudness } from './loudness.ts';
import { checkedSampleRate, limitsOf, type SpeechDetectorOptions } from './options.ts';
import { type SpeechEdge, type UtteranceLimits, Utterances } from './utterances.ts';
import { Voice } from './voice.ts';

const none: readonly SpeechEdge[] = [];

/**
 * Where speech starts and ends in a stream of mono samples. When in doubt it is speech: an utterance begins `prefixMs` before
 * its first sound, and noise is speech until it has been steady for some seconds, or for one at the beginning of the stream.
 */
export class SpeechDetector {
  readonly #sampleRate: number;
  readonly #voice: Voice;
  readonly #bands = new Bands();
  readonly #loudness: Loudness;
  readonly #utterances: Utterances;
  /** The beginning of a frame whose end has not come; never a whole frame. */
  readonly #carry: Int16Array;
  #carried = 0;
  #frames = 0;
  #freed = false;

  private constructor(sampleRate: number, limits: UtteranceLimits, voice: Voice) {
    this.#sampleRate = sampleRate;
    this.#voice = voice;
    this.#loudness = new Loudness(sampleRate);
    this.#utterances = new Utterances(limits);
    this.#carry = new Int16Array(Math.ceil(sampleRate / frameRate));
  }

  /** The first one of a process loads WebAssembly. Rejects with a `RangeError` for an option out of its range. */
  static async open(options: SpeechDetectorOptions): Promise<SpeechDetector> {
    const sampleRate = checkedSampleRate(options);
    return new SpeechDetector(sampleRate, limitsOf(options), await Voice.open());
  }

  /**
   * The edges that these samples make certain, `at` in samples of the stream: the same ones however it is cut. An utterance
   * of `maxUtteranceMs` ends, and the next one starts, at a pause up to half of that ago; any other end is at most the
   * silence ago, any other start the prefix and the speech it took.
   */
  push(samples: Int16Array): readonly SpeechEdge[] {
    if (this.#freed) return none;
    let edges: SpeechEdge[] | undefined;
    let from = 0;
    for (;;) {
      const length = this.#sampleAt(this.#frames + 1) - this.#sampleAt(this.#frames);
      const missing = length - this.#carried;
      if (samples.length - from < missing) break;
      if (this.#carried > 0) this.#keep(samples.subarray(from, from + missing));
      const found = this.#carried > 0 ? this.#hear(this.#carry, 0, length) : this.#hear(samples, from, length);
      for (const { kind, at } of found) (edges ??= []).push({ kind, at: this.#sampleAt(at) });
      this.#carried = 0;
      from += missing;
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

  /** Gives its memory back, at once and as often as one likes; what is pushed afterwards has no edges. */
  free(): void {
    this.#freed = true;
    this.#voice.free();
  }

  #hear(samples: Int16Array, from: number, length: number): readonly SpeechEdge[] {
    this.#frames++;
    this.#bands.analyse(samples, from, length);
    const verdict = this.#loudness.judge(this.#bands.power, this.#voice.hears(this.#bands.points));
    return this.#utterances.hear(verdict, this.#loudness.decibels);
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
