import { clip16, toInt16 } from '../samples.ts';
import { type Arithmetic, type Measured, type Meter, resultSamples, workSamples } from './arithmetic.ts';
import type { Filter } from './filter.ts';

/**
 * What kernel/resample.ts does, bit for bit, for where WebAssembly is missing or forbidden: coefficients and samples are
 * whole numbers, and so are their sums, which a double holds exactly.
 */
export class JavaScriptArithmetic implements Arithmetic {
  readonly work = new Float32Array(workSamples);
  readonly #results = new Int16Array(resultSamples);

  round(input: Float32Array, at: number): void {
    this.work.set(toInt16(input), at);
  }

  weigh({ up, down, taps, rows, unit, coefficients }: Filter, turn: number, count: number): Int16Array {
    const { work } = this;
    const results = this.#results.subarray(0, count);
    let at = (turn * down) % up;
    for (let i = 0; i < count; i++, at += down) {
      const from = Math.floor(at / up);
      const position = ((at % up) * rows) / up;
      const above = Math.floor(position);
      let sum = weighedSum(coefficients, above * taps, work, from, taps);
      if (position > above) {
        const there = weighedSum(coefficients, (above + 1) * taps, work, from, taps);
        sum += (there - sum) * (position - above);
      }
      results[i] = clip16(Math.floor(sum / unit + 0.5));
    }
    return results;
  }
}

function weighedSum(weights: Float32Array, row: number, samples: Float32Array, from: number, taps: number): number {
  // Four sums, so that no addition waits for the one before it.
  let a = 0;
  let b = 0;
  let c = 0;
  let d = 0;
  for (let i = row, j = from; i < row + taps; ) {
    a += weights[i++] * samples[j++];
    b += weights[i++] * samples[j++];
    c += weights[i++] * samples[j++];
    d += weights[i++] * samples[j++];
  }
  return a + b + c + d;
}

/** What `measure` of kernel/resample.ts does. */
export class JavaScriptMeter implements Meter {
  measure(samples: Int16Array, clippedFrom: number): Measured {
    const clippedSquare = clippedFrom * clippedFrom;
    let highest = 0;
    let squares = 0;
    let clipped = 0;
    for (const sample of samples) {
      const square = sample * sample;
      if (square > highest) highest = square;
      if (square >= clippedSquare) clipped++;
      squares += square;
    }
    return { squares, highest: Math.sqrt(highest), clipped };
  }
}
