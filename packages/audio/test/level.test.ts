import { describe, expect, it } from 'vitest';
import { peakAndRms } from '../src/index.ts';
import { sine } from './signals.ts';

describe('the level', () => {
  it('of a sine is its amplitude and that over the root of two, for floats and for 16 bits', () => {
    const floats = sine(24_000, 1_000, 24_000, 0.25);
    const ints = Int16Array.from(floats, (sample) => sample * 32_768);
    for (const samples of [floats, ints]) {
      const { peak, rms } = peakAndRms(samples);
      expect(peak).toBeCloseTo(0.25, 3);
      expect(rms).toBeCloseTo(0.25 / Math.SQRT2, 3);
    }
  });

  it('never exceeds 1, and nothing is silent', () => {
    expect(peakAndRms(Int16Array.of(-32_768, 32_767)).peak).toBe(1);
    expect(peakAndRms(Float32Array.of(7, -7))).toEqual({ peak: 1, rms: 1 });
    expect(peakAndRms(new Float32Array(0))).toEqual({ peak: 0, rms: 0 });
  });
});
