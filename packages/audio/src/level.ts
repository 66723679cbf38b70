import { audible } from './samples.ts';

/** How loud a chunk is. `peak` and `rms` (root mean square) are parts of full scale, 0 to 1. */
export interface Level {
  readonly peak: number;
  readonly rms: number;
  /** Samples at full scale or beyond; -32,767 counts as well, since many sources never reach -32,768. */
  readonly clipped: number;
}

const fullScale = 32_768;
const clippedFrom = 32_767;

/** The level of a chunk; floats have full scale at 1 and are clipped there. An empty chunk is silent. */
export function peakAndRms(samples: Int16Array | Float32Array): Level {
  return samples instanceof Int16Array ? levelOfInts(samples) : levelOfFloats(samples);
}

/** Integers only, in a loop without calls: it looks at every sample of every stream. */
function levelOfInts(samples: Int16Array): Level {
  let highest = 0;
  let sum = 0;
  let clipped = 0;
  for (let i = 0; i < samples.length; i++) {
    const square = samples[i] * samples[i];
    if (square > highest) highest = square;
    if (square >= clippedFrom * clippedFrom) clipped++;
    sum += square;
  }
  return level(Math.sqrt(highest), sum, samples.length, clipped);
}

function levelOfFloats(samples: Float32Array): Level {
  let peak = 0;
  let sum = 0;
  let clipped = 0;
  for (let i = 0; i < samples.length; i++) {
    const value = Math.min(Math.abs(audible(samples[i])) * fullScale, fullScale);
    if (value > peak) peak = value;
    if (value >= clippedFrom) clipped++;
    sum += value * value;
  }
  return level(peak, sum, samples.length, clipped);
}

const level = (peak: number, sumOfSquares: number, count: number, clipped: number): Level => ({
  peak: peak / fullScale,
  rms: count === 0 ? 0 : Math.sqrt(sumOfSquares / count) / fullScale,
  clipped,
});
