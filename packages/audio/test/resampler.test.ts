import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { seeded } from '@live-transcribe/testkit';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { AudioError } from '../src/index.ts';
import { fromBase64 } from '../src/resample/base64.ts';
import { arithmeticFor } from '../src/resample/choice.ts';
import { filterFor } from '../src/resample/filter.ts';
import { type ArithmeticName, Resampler } from '../src/resample/index.ts';
import { kernelBytes } from '../src/resample/kernel-bytes.ts';
import { maxParts, tableOf } from '../src/resample/tables.ts';
import { toInt16 } from '../src/samples.ts';
import { concat, decibels } from './signals.ts';

const arithmetics: ArithmeticName[] = ['webassembly', 'javascript'];

const rates = [8_000, 11_025, 12_000, 16_000, 22_050, 32_000, 44_100, 48_000, 96_000, 176_400, 192_000];
const engineRates = [16_000, 24_000];
/** No useful common divisor: their phases are interpolated. */
const oddPairs: [number, number][] = [
  [44_101, 24_000],
  [24_000, 44_101],
  [191_999, 8_000],
  [8_001, 8_000],
  [16_001, 24_007],
];
const toOtherRates: [number, number][] = [
  [192_000, 8_000],
  [8_000, 192_000],
  [192_000, 44_100],
  [44_100, 48_000],
  [11_025, 192_000],
];
const pairs = [
  ...rates.flatMap((from) => engineRates.map((to): [number, number] => [from, to])).filter(([from, to]) => from !== to),
  ...toOtherRates,
  ...oddPairs,
];

/** The output after the filter has settled, for an eighth of a second of a sine of this amplitude. */
const toneThrough = (resampler: Resampler, from: number, to: number, frequency: number, amplitude = 0.5): Int16Array =>
  resampler.push(tone(from, frequency, Math.ceil(from / 8), amplitude)).subarray(Math.ceil(to / 50));

/** A loop, since hundreds of them are made: `Float32Array.from` takes most of the time of a sweep. */
function tone(rate: number, frequency: number, length: number, amplitude: number): Float32Array {
  const samples = new Float32Array(length);
  for (let i = 0; i < length; i++) samples[i] = amplitude * Math.sin((2 * Math.PI * frequency * i) / rate);
  return samples;
}

const levelOfSine = (amplitude: number): number => 20 * Math.log10(amplitude / Math.SQRT2);

/** From `first` to `last` in equal steps, both included. */
const sweep = (first: number, last: number, steps: number): number[] =>
  Array.from({ length: steps + 1 }, (_, i) => first + ((last - first) * i) / steps);

describe.each(arithmetics)('the resampler in %s over a sweep of tones', { timeout: 60_000 }, (arithmetic) => {
  const through = (from: number, to: number, frequency: number, amplitude?: number) =>
    toneThrough(new Resampler(from, to, { arithmetic }), from, to, frequency, amplitude);

  /** dB of what goes in. */
  const levelOf = (from: number, to: number, frequency: number): number =>
    decibels(through(from, to, frequency)) - levelOfSine(0.5);

  /** dB of the tone: all that is not the tone itself, which is images, interpolation error and rounding to 16 bits. */
  const restOf = (from: number, to: number, frequency: number): number =>
    decibels(withoutTone(through(from, to, frequency, 0.9), to, frequency)) - levelOfSine(0.9);

  // Measured: 0.31 dB at worst, at 0.42; 0.5 dB are promised.
  it.each(pairs)('%i -> %i Hz is flat within 0.4 dB up to 0.42 of the lower rate', (from, to) => {
    for (const part of sweep(0.02, 0.42, 20)) {
      expect(Math.abs(levelOf(from, to, part * Math.min(from, to)))).toBeLessThan(0.4);
    }
  });

  // Measured: -82.2 dB at worst.
  // Where the two Nyquist frequencies almost meet, a tone between them and its alias are one and cannot be told apart.
  it.each(pairs.filter(([from, to]) => from > 1.01 * to))(
    '%i -> %i Hz has its aliases 80 dB down, from the Nyquist frequency on',
    (from, to) => {
      const close = sweep(0.5 * to, 0.6 * to, 14);
      const far = sweep(0.6 * to, 0.499 * from, 16);
      for (const hz of [...close, ...far].filter((each) => each < from / 2)) {
        expect(levelOf(from, to, hz)).toBeLessThan(-80);
      }
    },
  );

  // Measured: -82.6 dB at worst, with a tone next to the lower Nyquist frequency.
  it.each(pairs.filter(([from, to]) => from < to))('%i -> %i Hz has its images 80 dB down', (from, to) => {
    for (const part of [...sweep(0.03, 0.48, 15), 0.49, 0.495]) expect(restOf(from, to, part * from)).toBeLessThan(-80);
  });

  // Measured: -86.4 dB at worst, an image of the tone.
  it.each(pairs)('%i -> %i Hz adds less than -84 dB to a tone in the passband', (from, to) => {
    expect(restOf(from, to, 0.1 * Math.min(from, to))).toBeLessThan(-84);
  });
});

/** Least squares for a tone of known frequency. */
function withoutTone(samples: Int16Array, rate: number, frequency: number): Int16Array {
  const angle = (2 * Math.PI * frequency) / rate;
  const cosine = Float64Array.from({ length: samples.length }, (_, i) => Math.cos(angle * i));
  const sine = Float64Array.from({ length: samples.length }, (_, i) => Math.sin(angle * i));
  let cc = 0;
  let ss = 0;
  let cs = 0;
  let xc = 0;
  let xs = 0;
  for (let i = 0; i < samples.length; i++) {
    const [x, c, s] = [samples[i] ?? 0, cosine[i] ?? 0, sine[i] ?? 0];
    cc += c * c;
    ss += s * s;
    cs += c * s;
    xc += x * c;
    xs += x * s;
  }
  const determinant = cc * ss - cs * cs;
  const a = (xc * ss - xs * cs) / determinant;
  const b = (xs * cc - xc * cs) / determinant;
  // Kept in 16 bits, as what it is compared with; the rounding adds -101 dB.
  return samples.map((x, i) => Math.round(x - a * (cosine[i] ?? 0) - b * (sine[i] ?? 0)));
}

const noise = (length: number, seed = 1): Int16Array => {
  const random = seeded(seed);
  return Int16Array.from({ length }, () => (random() - 0.5) * 65_000);
};

const floatNoise = (length: number, seed: number): Float32Array => {
  const random = seeded(seed);
  // Beyond full scale now and then, and now and then no sample at all.
  return Float32Array.from({ length }, () => (random() < 0.01 ? Number.NaN : (random() - 0.5) * 2.4));
};

/** Pieces of up to 3,000 samples, more than the resampler takes at once; many of them very short. */
function cut<Samples extends Int16Array | Float32Array>(input: Samples, seed: number): Samples[] {
  const random = seeded(seed);
  const pieces: Samples[] = [];
  for (let at = 0; at < input.length; ) {
    const next = at + Math.floor(random() ** 3 * 3_000);
    pieces.push(input.subarray(at, next) as Samples);
    at = next;
  }
  return pieces;
}

/** Where they differ first, or -1. Comparing them as values takes a second for some of these. */
function firstDifference(a: Int16Array, b: Int16Array): number {
  return a.length === b.length ? a.findIndex((sample, i) => sample !== b[i]) : Math.min(a.length, b.length);
}

const all = (resampler: Resampler, pieces: readonly (Int16Array | Float32Array)[]): Int16Array =>
  concat([...pieces.map((piece) => resampler.push(piece)), resampler.flush()]);

describe('the resampler in WebAssembly and in JavaScript', { timeout: 60_000 }, () => {
  it.each(pairs)('%i -> %i Hz gives the very same samples, for integers and floats', (from, to) => {
    for (const input of [noise(9_000, from), floatNoise(9_000, to)]) {
      const kernel = new Resampler(from, to, { arithmetic: 'webassembly' });
      const twin = new Resampler(from, to, { arithmetic: 'javascript' });
      expect(firstDifference(all(kernel, cut(input, 7)), all(twin, cut(input, 8)))).toBe(-1);
    }
  });

  it('round floats like floats at an unchanged rate: halves to the even neighbour', () => {
    const steps = [0.5, 1.5, 2.5, -0.5, -1.5, -2.5, 32_766.5, 32_767.5, -32_767.5, -32_768.5, 1e6, 0.25];
    const rounded = Int16Array.of(0, 2, 2, 0, -2, -2, 32_766, 32_767, -32_768, -32_768, 32_767, 0);
    const floats = Float32Array.from(steps, (value) => value / 32_768);
    expect(toInt16(floats)).toEqual(rounded);
    for (const name of arithmetics) {
      const arithmetic = arithmeticFor(name);
      arithmetic.round(floats, 3);
      expect(Int16Array.from(arithmetic.work.slice(3, 3 + steps.length))).toEqual(rounded);
    }
  });

  it.each([
    ['half', 0.5, [1, 3, -1, -3, 32_767, -32_768], [1, 2, 0, -1, 16_384, -16_384]],
    [
      'one and a half',
      1.5,
      [2, 21_844, 21_846, 32_767, -21_845, -21_846],
      [3, 32_766, 32_767, 32_767, -32_767, -32_768],
    ],
  ])('weigh by %s, halves up, and clip', (_, factor, samples, weighed) => {
    const unit = 2 ** 17;
    const coefficients = Float32Array.of(factor * unit, 0, 0, 0, 0, factor * unit, 0, 0);
    const filter = { up: 1, down: 1, rows: 1, reach: 2, taps: 4, unit, coefficients };
    for (const name of arithmetics) {
      const arithmetic = arithmeticFor(name);
      arithmetic.work.set(samples);
      expect(arithmetic.weigh(filter, 0, samples.length)).toEqual(Int16Array.from(weighed));
    }
  });

  it('stay right when more filters are in use than have room', () => {
    const others = Array.from({ length: 20 }, (_, i): [number, number] => [44_101 + 2 * i, 24_000]);
    const streams = others.map(([from, to]) => ({
      kernel: new Resampler(from, to, { arithmetic: 'webassembly' }),
      twin: new Resampler(from, to, { arithmetic: 'javascript' }),
    }));
    for (let round = 0; round < 3; round++) {
      const input = noise(300, round);
      for (const { kernel, twin } of streams) expect(kernel.push(input)).toEqual(twin.push(input));
    }
  });

  it('take turns on one bench without hearing each other', () => {
    const input = noise(4_000);
    const alone = all(new Resampler(16_000, 24_000), [input]);
    const first = new Resampler(16_000, 24_000);
    const second = new Resampler(16_000, 24_000);
    const parts: Int16Array[] = [];
    for (const piece of cut(input, 3)) {
      parts.push(first.push(piece));
      second.push(noise(piece.length + 50, 9));
    }
    expect(concat([...parts, first.flush()])).toEqual(alone);
  });
});

function refuse(): never {
  throw new Error('Refused to compile or instantiate WebAssembly module');
}

describe('the choice between WebAssembly and JavaScript', () => {
  afterEach(() => {
    vi.unstubAllGlobals();
    vi.resetModules();
  });

  const freshly = async () => {
    vi.resetModules();
    return (await import('../src/resample/index.ts')).Resampler;
  };

  it.each([
    ['is missing', undefined],
    ['is forbidden by a policy', { Module: vi.fn<() => never>(refuse) }],
  ])('falls on JavaScript, quietly, where WebAssembly %s', async (_, webAssembly) => {
    const input = noise(1_000);
    const expected = all(new Resampler(48_000, 24_000), [input]);
    vi.stubGlobal('WebAssembly', webAssembly);
    const Without = await freshly();
    expect(all(new Without(48_000, 24_000), [input])).toEqual(expected);
    expect(() => new Without(48_000, 24_000, { arithmetic: 'webassembly' })).toThrow('not available');
  });

  it('falls on WebAssembly here', async () => {
    const Fresh = await freshly();
    const compile = vi.spyOn(WebAssembly, 'Module');
    const resampler = new Fresh(48_000, 24_000);
    resampler.push(noise(100));
    expect(new Fresh(16_000, 24_000)).toBeDefined();
    expect(compile).toHaveBeenCalledTimes(1);
  });
});

describe('the kernel', () => {
  it('is what its source compiles to', { timeout: 60_000 }, async () => {
    const script = fileURLToPath(new URL('../../../scripts/build-kernel.mjs', import.meta.url));
    await promisify(execFile)(process.execPath, [script, '--check']);
  });

  it('is small enough to be compiled at once on the main thread of a browser', () => {
    const bytes = fromBase64(kernelBytes);
    expect(bytes.length).toBeLessThan(4_096);
    expect(bytes).toEqual(new Uint8Array(Buffer.from(kernelBytes, 'base64')));
  });

  it.each(['', 'AA==', 'AAE=', 'AAEC', '/+79/A=='])('is read from Base64: %j', (text) => {
    expect(fromBase64(text)).toEqual(new Uint8Array(Buffer.from(text, 'base64')));
  });
});

describe.each(arithmetics)('the resampler in %s as a stream', { timeout: 60_000 }, (arithmetic) => {
  const open = (from: number, to: number) => new Resampler(from, to, { arithmetic });

  it.each([...pairs, [24_000, 24_000]])('%i -> %i Hz gives the same samples however the input is cut', (from, to) => {
    const input = noise(9_000);
    const expected = all(open(from, to), [input]);
    expect(expected.length).toBe(Math.ceil((input.length * to) / from));
    for (const seed of [1, 2, 3]) {
      expect(firstDifference(all(open(from, to), cut(input, seed)), expected)).toBe(-1);
    }
  });

  it.each([[44_100, 24_000], [16_000, 24_000], [192_000, 8_000], ...oddPairs])(
    '%i -> %i Hz takes single samples',
    (from, to) => {
      const input = noise(400);
      const single = Array.from(input, (_, i) => input.subarray(i, i + 1));
      expect(firstDifference(all(open(from, to), single), all(open(from, to), [input]))).toBe(-1);
    },
  );

  it('hands out arrays that stay as they are', () => {
    const resampler = open(16_000, 24_000);
    const first = resampler.push(noise(500));
    const copy = first.slice();
    resampler.push(noise(500, 2));
    expect(first).toEqual(copy);
    expect(first.buffer.byteLength).toBe(first.byteLength);
  });

  it.each(pairs)('%i -> %i Hz needs no correction of times: a pulse stays where it is', (from, to) => {
    // A Gauss pulse 10 ms in, whose centre of gravity is its time.
    const centre = from / 100;
    const pulse = Float32Array.from(
      { length: Math.ceil(from / 40) },
      (_, i) => 0.9 * Math.exp(-(((i - centre) / from / 0.001) ** 2)),
    );
    const output = all(open(from, to), [pulse]);
    let sum = 0;
    let moment = 0;
    for (const [i, sample] of output.entries()) {
      sum += sample;
      moment += sample * i;
    }
    expect(moment / sum).toBeCloseTo(centre * (to / from), 1);
  });

  it('holds back 26 samples of the lower rate and not more', () => {
    expect(open(48_000, 24_000).push(new Int16Array(4_800)).length).toBe(2_400 - 26);
    expect(open(16_000, 24_000).push(new Int16Array(1_600)).length).toBe(2_400 - 39);
  });

  it('begins anew after a flush', () => {
    const resampler = open(16_000, 24_000);
    const once = () => all(resampler, [noise(1_000)]);
    expect(once()).toEqual(once());
  });

  it('clips instead of wrapping, and passes a constant unchanged', () => {
    const square = Int16Array.from({ length: 4_800 }, (_, i) => (Math.floor(i / 60) % 2 === 0 ? 32_767 : -32_768));
    const output = open(48_000, 24_000).push(square).subarray(480);
    for (let i = 1; i < output.length; i++) {
      // A wrapped overshoot would jump over the whole range within the flat part of the wave.
      if (i % 30 > 5 && i % 30 < 25) expect(Math.abs((output[i] ?? 0) - (output[i - 1] ?? 0))).toBeLessThan(6_000);
    }
    for (const [from, to] of pairs) {
      const constant = open(from, to).push(new Int16Array(Math.ceil(from / 10)).fill(12_345));
      expect(new Set(constant.subarray(Math.ceil(to / 20)))).toEqual(new Set([12_345]));
    }
  });

  it('takes floats that are no numbers for silence', () => {
    const resampler = open(48_000, 24_000);
    resampler.push(Float32Array.of(Number.NaN, Number.POSITIVE_INFINITY, -1e30, 0));
    expect(new Set(resampler.push(new Float32Array(480)))).toEqual(new Set([0]));
    expect(open(16_000, 16_000).push(Float32Array.of(Number.NaN, 1, -1, 0.5))).toEqual(
      Int16Array.of(0, 32_767, -32_768, 16_384),
    );
  });
});

describe('the resampler', () => {
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
      expect(filterFor(up, down).coefficients.length).toBeLessThanOrEqual(36_864);
    }
  });

  it.each([
    [3, 2],
    [1, 2],
    [1, 24],
    [80, 147],
    [147, 640],
    [640, 441],
    [15, 352],
    [29, 683],
    [700, 1],
    [24_000, 44_101],
    [8_000, 191_999],
  ])('has parts of %i/%i that the kernel can add up within 32 bits, and room for them', (up, down) => {
    const filter = filterFor(up, down);
    const { upperFrom, upperVectors, lowerVectors, lowerBits, parts } = tableOf(filter);
    expect(parts.length).toBeLessThanOrEqual(maxParts);
    expect(upperFrom + 8 * upperVectors).toBeLessThanOrEqual(8 * lowerVectors);
    const rows = filter.rows === up ? 4 : 1;
    const tile = (upperVectors + lowerVectors) * 8 * rows;
    for (let at = 0; at < parts.length; at += tile) {
      for (let row = 0; row < rows; row++) {
        let [upper, lower] = [0, 0];
        for (let vector = 0; vector < upperVectors + lowerVectors; vector++) {
          const taps = parts.subarray(at + (vector * rows + row) * 8).subarray(0, 8);
          const sum = taps.reduce((total, part) => total + Math.abs(part), 0);
          if (vector < upperVectors) upper += sum;
          else lower += sum;
        }
        expect(lower * 32_768).toBeLessThan(2 ** 31);
        expect((upper + lower / 2 ** lowerBits) * 32_768 + 2 ** 13).toBeLessThan(2 ** 31);
      }
    }
  });
});
