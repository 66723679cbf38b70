import { seeded } from '@live-transcribe/testkit';
import { describe, expect, it } from 'vitest';
import { decibelsOf, LevelMeter, peakAndRms } from '../src/index.ts';
import { meterFor } from '../src/resample/choice.ts';
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

  it('of integers is that of the same floats', () => {
    const random = seeded(1);
    const ints = Int16Array.from({ length: 999 }, () => (random() - 0.5) * 70_000);
    const { peak, rms, clipped } = peakAndRms(ints);
    expect(peakAndRms(Float32Array.from(ints, (sample) => sample / 32_768))).toEqual({
      peak,
      rms: expect.closeTo(rms, 12),
      clipped,
    });
  });

  it('never exceeds 1, and nothing is silent', () => {
    expect(peakAndRms(Int16Array.of(-32_768, 32_767)).peak).toBe(1);
    expect(peakAndRms(Int16Array.of(-32_768, -32_768))).toEqual({ peak: 1, rms: 1, clipped: 2 });
    expect(peakAndRms(Float32Array.of(7, -7))).toEqual({ peak: 1, rms: 1, clipped: 2 });
    expect(peakAndRms(new Float32Array(0))).toEqual({ peak: 0, rms: 0, clipped: 0 });
    expect(peakAndRms(new Int16Array(0))).toEqual({ peak: 0, rms: 0, clipped: 0 });
  });

  it('counts the samples at full scale, of either sign', () => {
    const samples = Int16Array.of(32_767, 32_766, -32_768, -32_767, -32_766, 0, 32_767);
    expect(peakAndRms(samples).clipped).toBe(4);
    expect(peakAndRms(Float32Array.from(samples, (sample) => sample / 32_768)).clipped).toBe(4);
  });

  it('takes floats that are no numbers for silence', () => {
    expect(peakAndRms(Float32Array.of(Number.NaN, Number.POSITIVE_INFINITY, 0.5, -0.5))).toEqual({
      peak: 0.5,
      rms: expect.closeTo(0.5 / Math.SQRT2, 12),
      clipped: 0,
    });
  });

  it.each([1, 7, 8, 9, 2_399, 2_400])(
    'is the same from either arithmetic, to the last bit, for %i samples',
    (length) => {
      const random = seeded(length);
      const loud = Int16Array.from({ length }, () => Math.round((random() - 0.5) * 80_000));
      for (const samples of [loud, new Int16Array(length).fill(-32_768), new Int16Array(length).fill(32_767)]) {
        const [fast, plain] = [meterFor('webassembly'), meterFor('javascript')];
        expect(fast.measure(samples, 32_767)).toEqual(plain.measure(samples, 32_767));
      }
      // What an earlier, longer block has left behind does not count.
      meterFor('webassembly').measure(new Int16Array(2_400).fill(9_999), 32_767);
      expect(meterFor('webassembly').measure(new Int16Array(length).fill(1), 32_767)).toEqual({
        squares: length,
        highest: 1,
        clipped: 0,
      });
    },
  );

  it('of a stream is that of all its chunks together', () => {
    const random = seeded(2);
    const samples = Int16Array.from({ length: 4_000 }, () => (random() - 0.5) * 65_535 * 1.2);
    const meter = new LevelMeter();
    expect(meter.total).toEqual({ peak: 0, rms: 0, clipped: 0 });
    for (let at = 0; at < samples.length; at += 170) {
      const chunk = samples.subarray(at, at + 170);
      expect(meter.add(chunk)).toEqual(peakAndRms(chunk));
    }
    const { peak, rms, clipped } = peakAndRms(samples);
    expect(meter.total).toEqual({ peak, rms: expect.closeTo(rms, 12), clipped });
  });

  it('in decibels is rounded to tenths and ends at -120', () => {
    expect([1, 0.5, 0.001, 0].map(decibelsOf)).toEqual([0, -6, -60, -120]);
  });
});
