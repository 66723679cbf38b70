import { audible, clip16 } from '../samples.ts';
import { type Arithmetic, type Measured, resultSamples, workSamples } from './arithmetic.ts';
import type { Filter } from './filter.ts';

const { fround } = Math;

/**
 * What kernel/resample.ts does, bit for bit, for where WebAssembly is missing or forbidden: sums of single precision in four
 * lanes. A sum or product of two singles, computed in double precision and rounded to single, is the single result (S. A.
 * Figueroa, "When is double rounding innocuous?", ACM SIGNUM Newsletter 30, 1995).
 */
export class JavaScriptArithmetic implements Arithmetic {
  readonly work = new Float32Array(workSamples);
  readonly results = new Int16Array(resultSamples);

  widen(input: Int16Array | Float32Array, at: number): void {
    const { work } = this;
    if (input instanceof Int16Array) work.set(input, at);
    else for (let i = 0; i < input.length; i++) work[at + i] = audible(input[i]) * 32_768;
  }

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

  weigh({ up, down, taps, rows, coefficients }: Filter, phase: number, count: number): void {
    const { work, results } = this;
    const wholeStep = Math.floor(down / up);
    const partStep = down % up;
    const rowsPerPhase = rows / up;
    let from = 0;
    let at = phase;
    for (let i = 0; i < count; i++) {
      if (rows === up) {
        results[i] = clip16(weighedSum(coefficients, at * taps, work, from, taps));
      } else {
        const position = at * rowsPerPhase;
        const above = Math.floor(position);
        const here = weighedSum(coefficients, above * taps, work, from, taps);
        const there = weighedSum(coefficients, (above + 1) * taps, work, from, taps);
        results[i] = clip16(fround(here + fround(fround(there - here) * fround(position - above))));
      }
      from += wholeStep;
      at += partStep;
      if (at >= up) {
        at -= up;
        from++;
      }
    }
  }
}

function weighedSum(weights: Float32Array, row: number, samples: Float32Array, from: number, taps: number): number {
  let a = fround(0);
  let b = fround(0);
  let c = fround(0);
  let d = fround(0);
  for (let i = row, j = from, end = row + taps; i < end; i += 4, j += 4) {
    a = fround(a + fround(weights[i] * samples[j]));
    b = fround(b + fround(weights[i + 1] * samples[j + 1]));
    c = fround(c + fround(weights[i + 2] * samples[j + 2]));
    d = fround(d + fround(weights[i + 3] * samples[j + 3]));
  }
  return fround(fround(a + c) + fround(b + d));
}
