import { seeded } from '@live-transcribe/testkit';
import { describe, expect, it } from 'vitest';
import { AudioError, Resampler } from '../src/index.ts';
import { filterFor } from '../src/resample/filter.ts';
import { concat, decibels, sine } from './signals.ts';

const rates = [8_000, 11_025, 16_000, 22_050, 32_000, 44_100, 48_000, 96_000, 192_000];
const engineRates = [16_000, 24_000];
/** No common divisor: their phases are interpolated. */
const oddPairs: [number, number][] = [
  [44_101, 24_000],
  [24_000, 44_101],
  [191_999, 8_000],
];
const pairs = [
  ...rates.flatMap((from) => engineRates.map((to): [number, number] => [from, to])).filter(([from, to]) => from !== to),
  ...oddPairs,
];

/** The output after the filter has settled, for an eighth of a second of a sine of this amplitude. */
const toneThrough = (from: number, to: number, frequency: number, amplitude = 0.5): Int16Array =>
  new Resampler(from, to).push(sine(from, frequency, from / 8, amplitude)).subarray(Math.ceil(to / 50));

/** dB of what goes in. */
const levelOf = (from: number, to: number, frequency: number): number =>
  decibels(toneThrough(from, to, frequency)) - levelOfSine(0.5);

const levelOfSine = (amplitude: number): number => 20 * Math.log10(amplitude / Math.SQRT2);

describe('the resampler over a sweep of tones', { timeout: 60_000 }, () => {
  // Measured: 0.035 dB at worst, most of it the length of the measurement; the bound is what is promised.
  it.each(pairs)('%i -> %i Hz is flat within 0.5 dB up to 0.42 of the lower rate', (from, to) => {
    const lower = Math.min(from, to);
    for (let part = 0.02; part <= 0.42; part += 0.04) {
      expect(Math.abs(levelOf(from, to, part * lower))).toBeLessThan(0.5);
    }
  });

  // Measured: -82.9 dB at worst, just beyond the Nyquist frequency.
  it.each(pairs.filter(([from, to]) => from > to))(
    '%i -> %i Hz has its aliases 80 dB down, from the Nyquist frequency on',
    (from, to) => {
      for (let hz = 0.5 * to; hz < 0.5 * from; hz += hz < 0.6 * to ? 0.007 * to : 0.03 * from) {
        expect(levelOf(from, to, hz)).toBeLessThan(-80);
      }
    },
  );

  // What remains when the tone itself is fitted and taken away is images, interpolation error and rounding to 16 bits.
  // Measured: -83.0 dB at worst (a tone close to the Nyquist frequency, whose image lies just beyond it).
  it.each(pairs.filter(([from, to]) => from < to))('%i -> %i Hz has its images 80 dB down', (from, to) => {
    for (let part = 0.03; part < 0.5; part += 0.03) {
      const frequency = part * from;
      const output = toneThrough(from, to, frequency, 0.9);
      expect(decibels(withoutTone(output, to, frequency)) - levelOfSine(0.9)).toBeLessThan(-80);
    }
  });

  it.each(pairs)('%i -> %i Hz adds less than -88 dB to a tone in the passband', (from, to) => {
    const frequency = 0.1 * Math.min(from, to);
    const output = toneThrough(from, to, frequency, 0.9);
    expect(decibels(withoutTone(output, to, frequency)) - levelOfSine(0.9)).toBeLessThan(-88);
  });
});

/** Least squares for a tone of known frequency. */
function withoutTone(samples: Int16Array, rate: number, frequency: number): Int16Array {
  const angle = (2 * Math.PI * frequency) / rate;
  let cc = 0;
  let ss = 0;
  let cs = 0;
  let xc = 0;
  let xs = 0;
  for (const [i, sample] of samples.entries()) {
    const c = Math.cos(angle * i);
    const s = Math.sin(angle * i);
    cc += c * c;
    ss += s * s;
    cs += c * s;
    xc += sample * c;
    xs += sample * s;
  }
  const determinant = cc * ss - cs * cs;
  const a = (xc * ss - xs * cs) / determinant;
  const b = (xs * cc - xc * cs) / determinant;
  // Kept in 16 bits, as what it is compared with; the rounding adds -101 dB.
  return Int16Array.from(samples, (sample, i) =>
    Math.round(sample - a * Math.cos(angle * i) - b * Math.sin(angle * i)),
  );
}

describe('the resampler as a stream', { timeout: 60_000 }, () => {
  const noise = (length: number, seed = 1): Int16Array => {
    const random = seeded(seed);
    return Int16Array.from({ length }, () => (random() - 0.5) * 65_000);
  };

  it.each([...pairs, [24_000, 24_000]])('%i -> %i Hz gives the same samples however the input is cut', (from, to) => {
    const input = noise(9_000);
    const whole = new Resampler(from, to);
    const expected = concat([whole.push(input), whole.flush()]);
    expect(expected.length).toBe(Math.ceil((input.length * to) / from));
    for (const seed of [1, 2, 3]) {
      const random = seeded(seed);
      const cut = new Resampler(from, to);
      const parts: Int16Array[] = [];
      for (let at = 0; at < input.length; ) {
        const next = at + Math.floor(random() ** 3 * 3_000);
        parts.push(cut.push(input.subarray(at, next)).slice());
        at = next;
      }
      parts.push(cut.flush());
      expect(concat(parts)).toEqual(expected);
    }
  });

  it('takes single samples', () => {
    const input = noise(400);
    const whole = new Resampler(44_100, 24_000);
    const expected = concat([whole.push(input), whole.flush()]);
    const single = new Resampler(44_100, 24_000);
    const parts = Array.from(input, (_, i) => single.push(input.subarray(i, i + 1)));
    expect(concat([...parts, single.flush()])).toEqual(expected);
  });

  it.each(pairs)('%i -> %i Hz needs no correction of times: a pulse stays where it is', (from, to) => {
    // A Gauss pulse 10 ms in, whose centre of gravity is its time.
    const centre = from / 100;
    const pulse = Float32Array.from(
      { length: from / 40 },
      (_, i) => 0.9 * Math.exp(-(((i - centre) / from / 0.001) ** 2)),
    );
    const resampler = new Resampler(from, to);
    const output = concat([resampler.push(pulse), resampler.flush()]);
    let sum = 0;
    let moment = 0;
    for (const [i, sample] of output.entries()) {
      sum += sample;
      moment += sample * i;
    }
    expect(moment / sum).toBeCloseTo(centre * (to / from), 1);
  });

  it('holds back 32 samples of the lower rate and not more', () => {
    expect(new Resampler(48_000, 24_000).push(new Int16Array(4_800)).length).toBe(2_400 - 32);
    expect(new Resampler(16_000, 24_000).push(new Int16Array(1_600)).length).toBe(2_400 - 48);
  });

  it('begins anew after a flush', () => {
    const resampler = new Resampler(16_000, 24_000);
    const once = () => concat([resampler.push(noise(1_000)), resampler.flush()]);
    expect(once()).toEqual(once());
  });

  it('clips instead of wrapping, and passes a constant unchanged', () => {
    const square = Int16Array.from({ length: 4_800 }, (_, i) => (Math.floor(i / 60) % 2 === 0 ? 32_767 : -32_768));
    const output = new Resampler(48_000, 24_000).push(square).subarray(480);
    for (let i = 1; i < output.length; i++) {
      // A wrapped overshoot would jump over the whole range within the flat part of the wave.
      if (i % 30 > 5 && i % 30 < 25) expect(Math.abs((output[i] ?? 0) - (output[i - 1] ?? 0))).toBeLessThan(6_000);
    }
    for (const [from, to] of pairs) {
      const constant = new Resampler(from, to).push(new Int16Array(from / 10).fill(12_345));
      expect(new Set(constant.subarray(to / 20))).toEqual(new Set([12_345]));
    }
  });

  it('takes floats that are no numbers for silence', () => {
    const resampler = new Resampler(48_000, 24_000);
    resampler.push(Float32Array.of(Number.NaN, Number.POSITIVE_INFINITY, -1e30, 0));
    expect(new Set(resampler.push(new Float32Array(480)))).toEqual(new Set([0]));
    expect(new Resampler(16_000, 16_000).push(Float32Array.of(Number.NaN, 1, -1, 0.5))).toEqual(
      Int16Array.of(0, 32_767, -32_768, 16_384),
    );
  });

  it('hands 16-bit input back as it is when the rate does not change', () => {
    const input = noise(10);
    expect(new Resampler(24_000, 24_000).push(input)).toBe(input);
  });

  it('refuses rates beyond the limits', () => {
    for (const rate of [0, 7_999, 192_001, 44_100.5, Number.NaN]) {
      expect(() => new Resampler(rate, 24_000)).toThrow(AudioError);
      expect(() => new Resampler(24_000, rate)).toThrow(/sample rate .* expected/);
    }
  });

  it('shares the tables of a rate pair, keeps 16 of them and bounds each', () => {
    const shared = filterFor(80, 147);
    expect(filterFor(80, 147)).toBe(shared);
    for (let i = 0; i < 16; i++) filterFor(24_000, 44_101 + 2 * i);
    expect(filterFor(80, 147)).not.toBe(shared);
    for (const [up, down] of [
      [24_000, 44_101],
      [44_101, 24_000],
      [8_000, 191_999],
      [191_999, 8_000],
      [8_001, 8_000],
    ] as const) {
      expect(filterFor(up, down).coefficients.length).toBeLessThanOrEqual(65_536);
    }
  });
});
