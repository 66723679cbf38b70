import { maxSampleRate, minSampleRate } from '../format.ts';
import type { Filter } from './filter.ts';
import { halfWidth } from './low-pass.ts';

/** The inner loops of a resampler, over a bench that all streams share: nothing stays on it from one block to the next. */
export interface Arithmetic {
  /** `workSamples`, in steps of 16 bits: what a stream has kept of its input, and after that the new block. */
  readonly work: Float32Array;
  /** Where `weigh` leaves the outputs. */
  readonly results: Int16Array;
  /** Puts at most `blockSamples` of input into `work`, from `at` on. */
  widen(input: Int16Array | Float32Array, at: number): void;
  /** How loud at most `blockSamples` are, and how many of them have at least the magnitude `clippedFrom`. */
  measure(samples: Int16Array, clippedFrom: number): Measured;
  /** `count` outputs, the first of them weighing `work` from its beginning on and at `phase`, in parts of `filter.up`. */
  weigh(filter: Filter, phase: number, count: number): void;
}

/** In steps of 16 bits. */
export interface Measured {
  /** The sum of squares, exact. */
  readonly squares: number;
  /** The highest magnitude. */
  readonly highest: number;
  readonly clipped: number;
}

/** Input samples taken at a time; longer input is worked off in blocks, so that memory does not depend on it. */
export const blockSamples = 2_048;

const highestRatio = maxSampleRate / minSampleRate;

/** Outputs may be computed by the four: up to 3 more than asked for, whose input need not be there but room for it has to be. */
const spareOutputs = 3;
/** Taps are padded to whole vectors of 4, and input is widened in such. */
const padding = 3;

/** What is kept of the input, always less than the longest filter takes; a block; and what is read beyond it. */
export const workSamples = 2 * halfWidth * highestRatio + blockSamples + spareOutputs * highestRatio + 2 * padding;

/** What a block yields at most. */
export const resultSamples = (blockSamples + 1) * highestRatio + spareOutputs;
