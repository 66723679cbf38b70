import { maxSampleRate, minSampleRate } from '../format.ts';
import type { Filter } from './filter.ts';
import { halfWidth } from './low-pass.ts';

/** The inner loops of a resampler, over a bench that all streams share: nothing stays on it from one block to the next. */
export interface Arithmetic {
  /** `workSamples`: what a stream has kept of its input, and after that the new block. */
  readonly work: Int16Array | Float32Array;
  /** Puts at most `blockSamples` of floats, full scale at 1, into `work`, from `at` on. */
  round(input: Float32Array, at: number): void;
  /**
   * `count` outputs, the first of them weighing `work` from its beginning on; `turn` outputs before it, one fell on an input.
   * At most `resultSamples`, and valid until the next call.
   */
  weigh(filter: Filter, turn: number, count: number): Int16Array;
}

/** Apart from the resampler's loops, so that who only resamples need not load it. */
export interface Meter {
  /** How loud at most `blockSamples` are, and how many of them have at least the magnitude `clippedFrom`. */
  measure(samples: Int16Array, clippedFrom: number): Measured;
}

/** In steps of 16 bits. */
export interface Measured {
  /** The sum of squares, exact. */
  readonly squares: number;
  /** The highest magnitude. */
  readonly highest: number;
  readonly clipped: number;
}

/** Input samples taken at a time, 100 ms at 24 kHz; longer input is worked off in blocks, so that memory does not depend on it. */
export const blockSamples = 2_400;

/** Of two sample rates. */
export const highestRatio = maxSampleRate / minSampleRate;

/** What is kept of the input, always less than the longest filter takes; a block; and what zeros are multiplied with. */
export const workSamples = 2 * halfWidth * highestRatio + blockSamples + 3;

/** What a block yields at most. */
export const resultSamples = (blockSamples + 1) * highestRatio;
