/**
 * The resampler's inner loops, in AssemblyScript; `npm run build:kernel` compiles them into src/resample/kernel-bytes.ts.
 * They keep nothing: where samples, tables and results lie is said in each call. The sums are exact, so that their order is
 * free: src/resample/javascript.ts adds up in another one, and a test holds the two equal bit for bit. What is computed
 * beyond the last output asked for, or read beyond the last sample, is never used; there has to be room for it.
 *
 * A coefficient has up to 21 bits, which one multiplication of 16 bits cannot take. Tables hold it in parts
 * (src/resample/tables.ts): for every tap its lower bits, so few that their sum fits into 32 bits; and for the taps about the
 * middle, from `upperFrom` on, what is above them, in steps of 2 to the power `lowerBits`. All parts together are at a scale
 * of 2 to the power `lowerBits` + 14.
 */

/** After the point of an upper part: with more, the sum of all parts might not fit into 32 bits. */
const upperBits = 14;

/** The sums of the lanes of four vectors. */
function sums(a: v128, b: v128, c: v128, d: v128): v128 {
  const ab = i32x4.add(i32x4.shuffle(a, b, 0, 4, 1, 5), i32x4.shuffle(a, b, 2, 6, 3, 7));
  const cd = i32x4.add(i32x4.shuffle(c, d, 0, 4, 1, 5), i32x4.shuffle(c, d, 2, 6, 3, 7));
  return i32x4.add(i32x4.shuffle(ab, cd, 0, 1, 4, 5), i32x4.shuffle(ab, cd, 2, 3, 6, 7));
}

/** Four results before they are clipped, out of the sums of their upper and lower parts; halves are rounded up. */
function joined(upper: v128, lower: v128, lowerBits: i32): v128 {
  const half = i32x4.splat(1 << (upperBits - 1));
  return i32x4.shr_s(i32x4.add(i32x4.add(upper, half), i32x4.shr_s(lower, lowerBits)), upperBits);
}

/**
 * Floats, full scale at 1, to 16 bits, eight at a time and clipped; halves go to the even neighbour, and what is no number or
 * beyond `loudest` is 0.
 */
export function roundFloats(from: usize, to: usize, count: i32, loudest: f32): void {
  const limit = f32x4.splat(loudest);
  for (const end = to + (usize(count) << 1); to < end; from += 32, to += 16) {
    v128.store(to, i16x8.narrow_i32x4_s(rounded(v128.load(from), limit), rounded(v128.load(from, 16), limit)));
  }
}
function rounded(samples: v128, limit: v128): v128 {
  const audible = v128.and(samples, f32x4.le(f32x4.abs(samples), limit));
  return i32x4.trunc_sat_f32x4_s(f32x4.nearest(f32x4.mul(audible, f32x4.splat(32768))));
}

/**
 * Outputs whose phases all have their own row of the table, four at a time: those of a tile, which weigh the same samples.
 * `period` outputs further, which is `periodSamples`, the same tile comes again, and both are worked on side by side. `samples`
 * and `results` lie where a period begins, from which `first` and `end` are counted: the outputs asked for.
 */
export function weigh(
  samples: usize,
  table: usize,
  upperFrom: i32,
  upperVectors: i32,
  lowerVectors: i32,
  lowerBits: i32,
  results: usize,
  first: i32,
  end: i32,
  up: i32,
  down: i32,
  period: i32,
  periodSamples: i32,
): void {
  const upperBytes = usize(upperVectors) << 6;
  const lowerBytes = usize(lowerVectors) << 6;
  const across = usize(periodSamples) << 1;
  for (let tile = 0; tile < period; tile += 4, table += upperBytes + lowerBytes) {
    // A tile of the first period that lies before `first` as a whole is left out.
    let output = tile + 4 > first ? tile : tile + period;
    let x = samples + (usize((tile * down) / up) << 1) + (output > tile ? across : 0);
    for (; output < end; output += period << 1, x += across << 1) {
      let w = table;
      let here = x + (usize(upperFrom) << 1);
      let a = i32x4.splat(0);
      let b = a;
      let c = a;
      let d = a;
      let e = a;
      let f = a;
      let g = a;
      let h = a;
      for (const last = w + upperBytes; w < last; w += 64, here += 16) {
        const x0 = v128.load(here);
        const x1 = v128.load(here + across);
        const w0 = v128.load(w);
        const w1 = v128.load(w, 16);
        const w2 = v128.load(w, 32);
        const w3 = v128.load(w, 48);
        a = i32x4.add(a, i32x4.dot_i16x8_s(w0, x0));
        b = i32x4.add(b, i32x4.dot_i16x8_s(w1, x0));
        c = i32x4.add(c, i32x4.dot_i16x8_s(w2, x0));
        d = i32x4.add(d, i32x4.dot_i16x8_s(w3, x0));
        e = i32x4.add(e, i32x4.dot_i16x8_s(w0, x1));
        f = i32x4.add(f, i32x4.dot_i16x8_s(w1, x1));
        g = i32x4.add(g, i32x4.dot_i16x8_s(w2, x1));
        h = i32x4.add(h, i32x4.dot_i16x8_s(w3, x1));
      }
      const upper0 = sums(a, b, c, d);
      const upper1 = sums(e, f, g, h);
      here = x;
      a = i32x4.splat(0);
      b = a;
      c = a;
      d = a;
      e = a;
      f = a;
      g = a;
      h = a;
      for (const last = w + lowerBytes; w < last; w += 64, here += 16) {
        const x0 = v128.load(here);
        const x1 = v128.load(here + across);
        const w0 = v128.load(w);
        const w1 = v128.load(w, 16);
        const w2 = v128.load(w, 32);
        const w3 = v128.load(w, 48);
        a = i32x4.add(a, i32x4.dot_i16x8_s(w0, x0));
        b = i32x4.add(b, i32x4.dot_i16x8_s(w1, x0));
        c = i32x4.add(c, i32x4.dot_i16x8_s(w2, x0));
        d = i32x4.add(d, i32x4.dot_i16x8_s(w3, x0));
        e = i32x4.add(e, i32x4.dot_i16x8_s(w0, x1));
        f = i32x4.add(f, i32x4.dot_i16x8_s(w1, x1));
        g = i32x4.add(g, i32x4.dot_i16x8_s(w2, x1));
        h = i32x4.add(h, i32x4.dot_i16x8_s(w3, x1));
      }
      const first4 = joined(upper0, sums(a, b, c, d), lowerBits);
      const second4 = joined(upper1, sums(e, f, g, h), lowerBits);
      const both = i16x8.narrow_i32x4_s(first4, second4);
      const to = results + (usize(output) << 1);
      v128.store64_lane(to, both, 0);
      v128.store64_lane(to + (usize(period) << 1), both, 1);
    }
  }
}

/** The sum of the lanes. */
function sum(a: v128): f64 {
  return f64(i32x4.extract_lane(a, 0) + i32x4.extract_lane(a, 1) + i32x4.extract_lane(a, 2) + i32x4.extract_lane(a, 3));
}

/** Outputs that lie between two of the `rows`; the sums of both are joined linearly. */
export function weighBetween(
  samples: usize,
  table: usize,
  upperFrom: i32,
  upperVectors: i32,
  lowerVectors: i32,
  lowerBits: i32,
  results: usize,
  count: i32,
  phase: i32,
  up: i32,
  down: i32,
  rows: i32,
): void {
  const wholeStep = down / up;
  const partStep = down % up;
  const upperBytes = usize(upperVectors) << 4;
  const lowerBytes = usize(lowerVectors) << 4;
  const row = upperBytes + lowerBytes;
  const step = f64(1 << lowerBits);
  const unit = f64(1 << (lowerBits + upperBits));
  for (const end = results + (usize(count) << 1); results < end; results += 2) {
    const position = (f64(phase) * f64(rows)) / f64(up);
    const above = floor(position);
    let w = table + usize(above) * row;
    let here = samples + (usize(upperFrom) << 1);
    let a = i32x4.splat(0);
    let b = a;
    let c = a;
    let d = a;
    for (const last = w + upperBytes; w < last; w += 16, here += 16) {
      const x = v128.load(here);
      a = i32x4.add(a, i32x4.dot_i16x8_s(v128.load(w), x));
      b = i32x4.add(b, i32x4.dot_i16x8_s(v128.load(w + row), x));
    }
    here = samples;
    for (const last = w + lowerBytes; w < last; w += 16, here += 16) {
      const x = v128.load(here);
      c = i32x4.add(c, i32x4.dot_i16x8_s(v128.load(w), x));
      d = i32x4.add(d, i32x4.dot_i16x8_s(v128.load(w + row), x));
    }
    const aboveSum = sum(a) * step + sum(c);
    const belowSum = sum(b) * step + sum(d);
    const value = floor((aboveSum + (belowSum - aboveSum) * (position - above)) / unit + 0.5);
    store<i16>(results, i16(Math.max(-32768, Math.min(32767, value))));
    phase += partStep;
    samples += usize(wholeStep) << 1;
    if (phase >= up) {
      phase -= up;
      samples += 2;
    }
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
