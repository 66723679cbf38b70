import { joinSamples, Resampler } from '@live-transcribe/audio';
import { wavBytes } from '@live-transcribe/testkit';

/** Noise that is nowhere like itself, so that a piece of it tells its place. Mostly below 2 kHz, so that half a sample hardly matters. */
export class Ruler {
  readonly #sampleRate = 48_000;
  readonly #samples: Int16Array;

  constructor(seconds: number) {
    this.#samples = new Int16Array(seconds * this.#sampleRate);
    let seed = 1;
    let slow = 0;
    let slower = 0;
    let slowest = 0;
    for (let i = 0; i < this.#samples.length; i++) {
      // Numerical Recipes' linear congruential generator: the same noise in every run.
      seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0;
      slow += 0.25 * (seed / 2 ** 31 - 1 - slow);
      slower += 0.25 * (slow - slower);
      slowest += 0.25 * (slower - slowest);
      this.#samples[i] = Math.round(slowest * 28_000);
    }
  }

  get wav(): Buffer {
    return wavBytes(this.#samples, this.#sampleRate);
  }

  at(sampleRate: number): Int16Array {
    const resampler = new Resampler(this.#sampleRate, sampleRate);
    return joinSamples([resampler.push(this.#samples), resampler.flush()]);
  }
}
