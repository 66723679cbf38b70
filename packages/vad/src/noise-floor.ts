import { frameRate } from './bands.ts';

/** Of the power before its minimum is taken, per frame: 50 ms, so that the minimum is one of the noise's level, not of its grain. */
const smoothing = 1 / 5;

/**
 * How far back the minimum is looked for: 8 spans of 0.4 s. Speech without a pause of 50 ms for as long is rare; a fan that
 * is switched on counts as speech for as long. R. Martin, "Noise power spectral density estimation based on optimal smoothing
 * and minimum statistics", IEEE Trans. Speech and Audio Processing 9(5), 2001, has 1.5 s, for filtering and not for deciding.
 */
const spanFrames = 0.4 * frameRate;
const spans = 8;

/** Until so much has been heard, nothing is known: a stream may begin in the middle of a word. */
const warmUpFrames = frameRate;

/** Steps of 16 bits, squared: -78 dB of full scale. Dither and what noise suppressors leave is below, microphones are above. */
const leastPower = 16;

/** A minimum lies below the mean it stands for: by about so many standard deviations in 3 s of independent values of 50 ms. */
const deviations = 2.2;
/** Coefficients that a smoothed value averages, in frames: (2 - a) / a. */
const averagedFrames = (2 - smoothing) / smoothing;

const biasOf = (count: number): number => 1 / Math.max(0.4, 1 - deviations * Math.sqrt(2 / (count * averagedFrames)));

/**
 * The power that each band has when nobody speaks: the least of the last seconds. All numbers of a stream lie in arrays: as
 * fields each would be an object of its own, made anew for every frame.
 */
export class NoiseFloors {
  /** Of each band, for the frame that is heard next. */
  readonly floors: Float64Array;
  /** By how much the minimum is too low for a band of so many independent coefficients in a frame. */
  readonly #bias: Float64Array;
  readonly #smoothed: Float64Array;
  readonly #least: Float64Array;
  /** Of each band, span after span. */
  readonly #minima: Float64Array;
  #frames = 0;

  /** `coefficients` of each band. */
  constructor(coefficients: readonly number[]) {
    const bands = coefficients.length;
    // Side by side in one piece of memory: each stream has its own.
    const numbers = new Float64Array(bands * (4 + spans));
    const row = (first: number, rows = 1) => numbers.subarray(first * bands, (first + rows) * bands);
    this.floors = row(0).fill(leastPower);
    this.#bias = row(1);
    this.#bias.set(coefficients.map(biasOf));
    this.#smoothed = row(2);
    this.#least = row(3);
    this.#minima = row(4, spans).fill(Number.POSITIVE_INFINITY);
  }

  /** The power of this frame in each band stands in `powers` from `at` on. */
  hear(powers: Float64Array, at: number): void {
    const smoothed = this.#smoothed;
    const least = this.#least;
    const minima = this.#minima;
    const bands = smoothed.length;
    const span = (Math.floor(this.#frames / spanFrames) % spans) * bands;
    if (this.#frames % spanFrames === 0) this.#begin(span);
    const share = this.#frames === 0 ? 1 : smoothing;
    this.#frames++;
    const isKnown = this.#frames >= warmUpFrames;
    for (let band = 0; band < bands; band++) {
      const before = smoothed[band] ?? 0;
      const power = before + ((powers[at + band] ?? 0) - before) * share;
      smoothed[band] = power;
      if (power < (minima[span + band] ?? 0)) minima[span + band] = power;
      if (power < (least[band] ?? 0)) least[band] = power;
      if (isKnown) this.floors[band] = Math.max(leastPower, (least[band] ?? 0) * (this.#bias[band] ?? 1));
    }
  }

  /** What had the minimum may be the span that falls out, whose place the new one takes. */
  #begin(span: number): void {
    const bands = this.#least.length;
    this.#minima.fill(Number.POSITIVE_INFINITY, span, span + bands);
    for (let band = 0; band < bands; band++) {
      let least = Number.POSITIVE_INFINITY;
      for (let at = band; at < this.#minima.length; at += bands) least = Math.min(least, this.#minima[at] ?? 0);
      this.#least[band] = least;
    }
  }
}
