/** Frames per second: 10 ms is shorter than any speech sound. */
export const frameRate = 100;

/** Of a frame at 8 kHz. */
const framePoints = 80;

/** Halvings of the points: bands of 2-4 kHz, 1-2 kHz, 500-1000 Hz and 250-500 Hz. */
const halvings = 4;

/** The band above 4 kHz, where fricatives are, and those below. What is left below 250 Hz is DC, hum and rumble. */
export const bandCount = 1 + halvings;

/** The rate in Hz must have so many coefficients above 4 kHz, as many as the narrowest band below, to be judged by them. */
const leastCoefficients = framePoints / 2 ** halvings;

/** How many independent coefficients a frame has in each band. */
export const coefficientsOf = (sampleRate: number): readonly number[] => [
  Math.max(leastCoefficients, sampleRate / frameRate - framePoints),
  ...Array.from({ length: halvings }, (_, i) => framePoints / 2 ** (i + 1)),
];

/**
 * A frame as power in bands, by an orthonormal Haar transform: a sum and a difference for each pair, the sums being the
 * next pair's. Crude as filters go, but half an operation per sample, exact about DC, and without memory of the frame before.
 */
export class Bands {
  /** Mean power of a coefficient in each band, in squared steps of 16 bits; 0 where the rate has no such band. */
  readonly power = new Float64Array(bandCount);
  /** The frame at 8 kHz, then its halvings. What is above 4 kHz folds into it, much weakened. */
  readonly #sums = new Float64Array(framePoints);

  /** Takes `length` samples from `from` on for a frame of 10 ms; at least 80 of them. */
  analyse(samples: Int16Array, from: number, length: number): void {
    this.#reduce(samples, from, length);
    const root = Math.SQRT1_2;
    const sums = this.#sums;
    let count = framePoints;
    for (let band = 1; band <= halvings; band++) {
      count /= 2;
      let energy = 0;
      for (let i = 0; i < count; i++) {
        const left = sums[2 * i] ?? 0;
        const right = sums[2 * i + 1] ?? 0;
        const difference = (left - right) * root;
        sums[i] = (left + right) * root;
        energy += difference * difference;
      }
      this.power[band] = energy / count;
    }
  }

  /** To 80 points, each the average of its samples; what the averages leave over is the power above 4 kHz. */
  #reduce(samples: Int16Array, from: number, length: number): void {
    const whole = length % framePoints === 0;
    const over = whole
      ? this.#reduceEvenly(samples, from, length / framePoints)
      : this.#reduceByParts(samples, from, length);
    const coefficients = length - framePoints;
    this.power[0] = coefficients < leastCoefficients ? 0 : over / coefficients;
  }

  /** At the usual rates each point has as many samples. */
  #reduceEvenly(samples: Int16Array, from: number, count: number): number {
    const sums = this.#sums;
    const share = 1 / count;
    let over = 0;
    let at = from;
    for (let point = 0; point < framePoints; point++) {
      let sum = 0;
      for (const end = at + count; at < end; at++) {
        const sample = samples[at] ?? 0;
        sum += sample;
        over += sample * sample;
      }
      const average = sum * share;
      over -= average * sum;
      sums[point] = average;
    }
    return over;
  }

  #reduceByParts(samples: Int16Array, from: number, length: number): number {
    let over = 0;
    let at = from;
    for (let point = 0; point < framePoints; point++) {
      const end = from + Math.floor(((point + 1) * length) / framePoints);
      const count = end - at;
      let sum = 0;
      for (; at < end; at++) {
        const sample = samples[at] ?? 0;
        sum += sample;
        over += sample * sample;
      }
      const average = sum / count;
      over -= average * sum;
      this.#sums[point] = average;
    }
    return over;
  }
}
