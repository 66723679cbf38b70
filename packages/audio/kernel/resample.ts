/**
 * The resampler's inner loops, in AssemblyScript; `npm run build:kernel` compiles them into src/resample/kernel-bytes.ts.
 * They keep nothing: where samples, tables and results lie is said in each call. src/resample/javascript.ts does the very
 * same arithmetic in the same order; a test holds the two equal bit for bit.
 *
 * Four outputs are worked on side by side, since one alone would wait for each of its additions. What is computed beyond the
 * last one asked for, or read beyond the last sample, is never used; there has to be room for it.
 */

/** The sums of the lanes of four vectors: (0 + 2) + (1 + 3) of each. */
function sums(a: v128, b: v128, c: v128, d: v128): v128 {
  const ab = f32x4.add(i32x4.shuffle(a, b, 0, 4, 1, 5), i32x4.shuffle(a, b, 2, 6, 3, 7));
  const cd = f32x4.add(i32x4.shuffle(c, d, 0, 4, 1, 5), i32x4.shuffle(c, d, 2, 6, 3, 7));
  return f32x4.add(i32x4.shuffle(ab, cd, 0, 1, 4, 5), i32x4.shuffle(ab, cd, 2, 3, 6, 7));
}

/** Four samples to 16 bits, clipped; halves go to the even neighbour. */
function to16(samples: v128): v128 {
  const whole = i32x4.trunc_sat_f32x4_s(f32x4.nearest(samples));
  return i16x8.narrow_i32x4_s(whole, whole);
}

/** 16-bit samples as floats, four at a time. */
export function widenInts(from: usize, to: usize, count: i32): void {
  for (const end = to + (usize(count) << 2); to < end; from += 8, to += 16) {
    v128.store(to, f32x4.convert_i32x4_s(v128.load16x4_s(from)));
  }
}

/** Floats in steps of 16 bits, four at a time; what is no number or beyond `loudest` is 0. */
export function widenFloats(from: usize, to: usize, count: i32, loudest: f32): void {
  const limit = f32x4.splat(loudest);
  const steps = f32x4.splat(32768);
  for (const end = to + (usize(count) << 2); to < end; from += 16, to += 16) {
    const samples = v128.load(from);
    const audible = v128.and(samples, f32x4.le(f32x4.abs(samples), limit));
    v128.store(to, f32x4.mul(audible, steps));
  }
}

/** The phase of the output after that at `phase`, and where its samples begin. */
function nextPhase(phase: i32, partStep: i32, up: i32): i32 {
  const next = phase + partStep;
  return next >= up ? next - up : next;
}
function nextSample(sample: usize, phase: i32, wholeStep: i32, partStep: i32, up: i32): usize {
  return sample + ((usize(wholeStep) + usize(phase + partStep >= up)) << 2);
}

/** Outputs whose phases all have their own row of the table. */
export function weigh(
  samples: usize,
  table: usize,
  taps: i32,
  results: usize,
  count: i32,
  phase: i32,
  up: i32,
  wholeStep: i32,
  partStep: i32,
): void {
  const row = usize(taps) << 2;
  for (const end = results + (usize(count) << 1); results < end; results += 8) {
    const x0 = samples;
    const w0 = table + usize(phase) * row;
    const x1 = nextSample(x0, phase, wholeStep, partStep, up);
    phase = nextPhase(phase, partStep, up);
    const w1 = table + usize(phase) * row;
    const x2 = nextSample(x1, phase, wholeStep, partStep, up);
    phase = nextPhase(phase, partStep, up);
    const w2 = table + usize(phase) * row;
    const x3 = nextSample(x2, phase, wholeStep, partStep, up);
    phase = nextPhase(phase, partStep, up);
    const w3 = table + usize(phase) * row;
    samples = nextSample(x3, phase, wholeStep, partStep, up);
    phase = nextPhase(phase, partStep, up);
    let a = f32x4.splat(0);
    let b = a;
    let c = a;
    let d = a;
    for (let i: usize = 0; i < row; i += 16) {
      a = f32x4.add(a, f32x4.mul(v128.load(w0 + i), v128.load(x0 + i)));
      b = f32x4.add(b, f32x4.mul(v128.load(w1 + i), v128.load(x1 + i)));
      c = f32x4.add(c, f32x4.mul(v128.load(w2 + i), v128.load(x2 + i)));
      d = f32x4.add(d, f32x4.mul(v128.load(w3 + i), v128.load(x3 + i)));
    }
    v128.store64_lane(results, to16(sums(a, b, c, d)), 0);
  }
}

/** Outputs that lie between two rows: `rowsPerPhase` says where; the sums of both rows are joined linearly. Two at a time. */
export function weighBetween(
  samples: usize,
  table: usize,
  taps: i32,
  results: usize,
  count: i32,
  phase: i32,
  up: i32,
  wholeStep: i32,
  partStep: i32,
  rowsPerPhase: f64,
): void {
  const row = usize(taps) << 2;
  for (const end = results + (usize(count) << 1); results < end; results += 4) {
    const x0 = samples;
    const position0 = f64(phase) * rowsPerPhase;
    const above0 = floor(position0);
    const w0 = table + usize(above0) * row;
    const x1 = nextSample(x0, phase, wholeStep, partStep, up);
    phase = nextPhase(phase, partStep, up);
    const position1 = f64(phase) * rowsPerPhase;
    const above1 = floor(position1);
    const w1 = table + usize(above1) * row;
    samples = nextSample(x1, phase, wholeStep, partStep, up);
    phase = nextPhase(phase, partStep, up);
    let a = f32x4.splat(0);
    let b = a;
    let c = a;
    let d = a;
    for (let i: usize = 0; i < row; i += 16) {
      const samples0 = v128.load(x0 + i);
      const samples1 = v128.load(x1 + i);
      a = f32x4.add(a, f32x4.mul(v128.load(w0 + i), samples0));
      b = f32x4.add(b, f32x4.mul(v128.load(w1 + i), samples1));
      c = f32x4.add(c, f32x4.mul(v128.load(w0 + row + i), samples0));
      d = f32x4.add(d, f32x4.mul(v128.load(w1 + row + i), samples1));
    }
    const here = sums(a, b, a, b);
    const there = sums(c, d, c, d);
    const fraction = f32x4.replace_lane(f32x4.splat(f32(position0 - above0)), 1, f32(position1 - above1));
    const between = f32x4.mul(f32x4.sub(there, here), fraction);
    v128.store32_lane(results, to16(f32x4.add(here, between)), 0);
  }
}

/**
 * How loud 16-bit samples are, eight at a time; what is beyond the last one must be 0. Leaves at `to` the sum of squares as
 * f64, then as i32 each the highest magnitude and how many samples have at least `clippedFrom`.
 */
export function measure(from: usize, count: i32, clippedFrom: i32, to: usize): void {
  const limit = i16x8.splat(i16(clippedFrom));
  let low = i64x2.splat(0);
  let high = low;
  let highest = i16x8.splat(0);
  let clipped = highest;
  for (const end = from + (usize(count) << 1); from < end; from += 16) {
    const samples = v128.load(from);
    // Two squares of -32768 fill all 32 bits: as an unsigned sum they fit.
    const squares = i32x4.dot_i16x8_s(samples, samples);
    low = i64x2.add(low, i64x2.extend_low_i32x4_u(squares));
    high = i64x2.add(high, i64x2.extend_high_i32x4_u(squares));
    // So does the magnitude of -32768.
    const magnitudes = i16x8.abs(samples);
    highest = i16x8.max_u(highest, magnitudes);
    clipped = i16x8.sub(clipped, i16x8.ge_u(magnitudes, limit));
  }
  const both = i64x2.add(low, high);
  store<f64>(to, f64(i64x2.extract_lane(both, 0) + i64x2.extract_lane(both, 1)));
  highest = i16x8.max_u(highest, i8x16.shuffle(highest, highest, 8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2, 3, 4, 5, 6, 7));
  highest = i16x8.max_u(highest, i8x16.shuffle(highest, highest, 4, 5, 6, 7, 0, 1, 2, 3, 12, 13, 14, 15, 8, 9, 10, 11));
  highest = i16x8.max_u(highest, i8x16.shuffle(highest, highest, 2, 3, 0, 1, 6, 7, 4, 5, 10, 11, 8, 9, 14, 15, 12, 13));
  store<i32>(to, i32(i16x8.extract_lane_u(highest, 0)), 8);
  const counts = i32x4.extadd_pairwise_i16x8_s(clipped);
  store<i32>(
    to,
    i32x4.extract_lane(counts, 0) +
      i32x4.extract_lane(counts, 1) +
      i32x4.extract_lane(counts, 2) +
      i32x4.extract_lane(counts, 3),
    12,
  );
}
