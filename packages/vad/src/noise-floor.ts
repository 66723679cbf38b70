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

/**
 * The power that each band has when nobody speaks: the least of the last seconds. All numbers of a stream lie in one array: as
 * fields each would be an object of its own, made anew for every frame.
 */
export class NoiseFloors {
  readonly #bands: number;
  /** By how much the minimum is too low for a band of so many independent coefficients in a frame. */
  readonly #bias: Float64Array;
  readonly #smoothed: Float64Array;
  readonly #least: Float64Array;
  /** Of each span, band after band. */
  readonly #minima: Float64Array;
  #frames = 0;

  /** `coefficients` of each band. */
  constructor(coefficients: readonly number[]) {
    const bands = coefficients.length;
    this.#bands = bands;
    this.#bias = Float64Array.from(
      coefficients,
      (count) => 1 / Math.max(0.4, 1 - deviations * Math.sqrt(2 / (count * averagedFrames))),
    );
    this.#smoothed = new Float64Array(bands);
    this.#least = new Float64Array(bands).fill(Number.POSITIVE_INFINITY);
    this.#minima = new Float64Array(bands * spans).fill(Number.POSITIVE_INFINITY);
  }

  /** The floor of a band for this frame, which is heard after it is judged. */
  powerOf(band: number): number {
    if (this.#frames < warmUpFrames) return leastPower;
    return Math.max(leastPower, (this.#least[band] ?? 0) * (this.#bias[band] ?? 1));
  }

  /** The `power` of this frame in each band. */
  hear(power: Float64Array): void {
    const begins = this.#frames % spanFrames === 0;
    const span = Math.floor(this.#frames / spanFrames) % spans;
    for (let band = 0; band < this.#bands; band++) this.#hearBand(band, power[band] ?? 0, span, begins);
    this.#frames++;
  }

  #hearBand(band: number, power: number, span: number, begins: boolean): void {
    const before = this.#smoothed[band] ?? 0;
    const smoothed = this.#frames === 0 ? power : before + (power - before) * smoothing;
    this.#smoothed[band] = smoothed;
    const at = band * spans + span;
    this.#minima[at] = begins ? smoothed : Math.min(this.#minima[at] ?? 0, smoothed);
    // Only a span that falls out can raise the minimum.
    this.#least[band] = begins ? this.#leastOf(band) : Math.min(this.#least[band] ?? 0, smoothed);
  }

  #leastOf(band: number): number {
    return Math.min(...this.#minima.subarray(band * spans, (band + 1) * spans));
  }
}
