import { blockSamples } from './resample/arithmetic.ts';
import { meterFor } from './resample/choice.ts';
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

/** With the resampler's kernel: it looks at every sample of every stream. */
function levelOfInts(samples: Int16Array): Level {
  const meter = meterFor(undefined);
  let peak = 0;
  let sum = 0;
  let clipped = 0;
  for (let from = 0; from < samples.length; from += blockSamples) {
    const block = samples.length <= blockSamples ? samples : samples.subarray(from, from + blockSamples);
    const measured = meter.measure(block, clippedFrom);
    if (measured.highest > peak) peak = measured.highest;
    sum += measured.squares;
    clipped += measured.clipped;
  }
  return level(peak, sum, samples.length, clipped);
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

/** The level of a whole stream out of those of its chunks. */
export class LevelMeter {
  #peak = 0;
  #power = 0;
  #count = 0;
  #clipped = 0;

  /** Answers the chunk's own level. */
  add(samples: Int16Array): Level {
    const level = levelOfInts(samples);
    if (level.peak > this.#peak) this.#peak = level.peak;
    this.#power += level.rms * level.rms * samples.length;
    this.#count += samples.length;
    this.#clipped += level.clipped;
    return level;
  }

  /** Of everything added so far. */
  get total(): Level {
    const rms = this.#count === 0 ? 0 : Math.sqrt(this.#power / this.#count);
    return { peak: this.#peak, rms, clipped: this.#clipped };
  }
}

/** Parts of full scale as decibels of it, rounded to tenths; silence is -120 dB, below anything that 16 bits hold. */
export const decibelsOf = (part: number): number => Math.round(Math.max(-120, 20 * Math.log10(part)) * 10) / 10;

const level = (peak: number, sumOfSquares: number, count: number, clipped: number): Level => ({
  peak: peak / fullScale,
  rms: count === 0 ? 0 : Math.sqrt(sumOfSquares / count) / fullScale,
  clipped,
});
