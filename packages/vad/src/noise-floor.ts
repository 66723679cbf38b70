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

/** The power that a band has when nobody speaks: the least of the last seconds. */
export class NoiseFloor {
  /** By how much the minimum is too low for a band of so many independent coefficients in a frame. */
  readonly #bias: number;
  readonly #minima = new Float64Array(spans).fill(Number.POSITIVE_INFINITY);
  #smoothed = 0;
  #frames = 0;
  #least = Number.POSITIVE_INFINITY;

  constructor(coefficients: number) {
    this.#bias = 1 / Math.max(0.4, 1 - deviations * Math.sqrt(2 / (coefficients * averagedFrames)));
  }

  /** The floor for this frame, which is heard after it is judged. */
  get power(): number {
    return this.#frames < warmUpFrames ? leastPower : Math.max(leastPower, this.#least * this.#bias);
  }

  hear(power: number): void {
    this.#smoothed = this.#frames === 0 ? power : this.#smoothed + (power - this.#smoothed) * smoothing;
    const span = Math.floor(this.#frames / spanFrames) % spans;
    const begins = this.#frames % spanFrames === 0;
    this.#minima[span] = begins ? this.#smoothed : Math.min(this.#minima[span] ?? 0, this.#smoothed);
    // Only a span that falls out can raise the minimum.
    this.#least = begins ? Math.min(...this.#minima) : Math.min(this.#least, this.#smoothed);
    this.#frames++;
  }
}
