/**
 * Frames of 10 ms as power in bands, in AssemblyScript; `npm run build:kernel` compiles it into src/kernel-bytes.ts. It keeps
 * nothing: where samples and results lie is said in each call.
 *
 * A Haar transform: a sum and a difference for each pair, the sums being the next pair's. Crude as filters go, but half an
 * operation per sample, exact about DC, and without memory of the frame before. Each halving doubles the scale of a square.
 */

/** Of a frame at 8 kHz: its points. */
const framePoints = 80;

/** Halvings of the points: bands of 2-4 kHz, 1-2 kHz, 500-1000 Hz and 250-500 Hz. */
const halvings = 4;

/** A rate with fewer coefficients above 4 kHz is not judged by them: as many as the narrowest band below has. */
const leastCoefficients = framePoints >> halvings;

/**
 * `frames` of `length` samples each, at least 80, at `samples`. Leaves at `to` for each frame the mean power of a coefficient,
 * in squared steps of 16 bits, above 4 kHz (0 where the rate has no such band) and in the bands below. `points` has room for
 * 82 f64.
 */
export function analyse(samples: usize, frames: i32, length: i32, points: usize, to: usize): void {
  for (; frames > 0; frames--, samples += usize(length) << 1, to += 8 * (1 + halvings)) {
    // At 24 kHz, where most audio is, each point stands for three samples; there it is their sum.
    const isThrees = length === 3 * framePoints;
    let over = isThrees ? squaresOf(samples, length) : reduceByParts(samples, length, points);
    let scale: f64 = isThrees ? 1 / 9.0 : 1;
    let count = framePoints / 2;
    let differences = isThrees ? halveByThrees(samples, points) : halve(points, count);
    let below: f64 = 0;
    for (let band = 1; ; band++) {
      scale /= 2;
      below += differences * scale;
      store<f64>(to + (usize(band) << 3), (differences * scale) / f64(count));
      if (band === halvings) break;
      count >>= 1;
      differences = halve(points, count);
    }
    if (isThrees) over -= 3 * (below + scale * squaresOfPoints(points, count));
    const coefficients = length - framePoints;
    store<f64>(to, coefficients < leastCoefficients ? 0 : over / f64(coefficients));
  }
}

/** To 80 averages, each of the samples up to its end; answers the power that they leave over, which is above 4 kHz. */
function reduceByParts(samples: usize, length: i32, points: usize): f64 {
  let over: f64 = 0;
  let at = 0;
  for (let point = 0; point < framePoints; point++) {
    const end = ((point + 1) * length) / framePoints;
    const count = end - at;
    let sum = 0;
    let squares: i64 = 0;
    for (; at < end; at++) {
      const sample = i32(load<i16>(samples + (usize(at) << 1)));
      sum += sample;
      squares += i64(sample * sample);
    }
    const average = f64(sum) / f64(count);
    over += f64(squares) - average * f64(sum);
    store<f64>(points + (usize(point) << 3), average);
  }
  return over;
}

/** The power of all samples, a multiple of 8. */
function squaresOf(samples: usize, length: i32): f64 {
  let low = i64x2.splat(0);
  let high = low;
  for (const end = samples + (usize(length) << 1); samples < end; samples += 16) {
    const eight = v128.load(samples);
    // Two squares of -32768 fill all 32 bits: as an unsigned sum they fit.
    const squares = i32x4.dot_i16x8_s(eight, eight);
    low = i64x2.add(low, i64x2.extend_low_i32x4_u(squares));
    high = i64x2.add(high, i64x2.extend_high_i32x4_u(squares));
  }
  const both = i64x2.add(low, high);
  return f64(i64x2.extract_lane(both, 0) + i64x2.extract_lane(both, 1));
}

function squaresOfPoints(points: usize, count: i32): f64 {
  let squares: f64 = 0;
  for (let i = 0; i < count; i++) {
    const point = load<f64>(points + (usize(i) << 3));
    squares += point * point;
  }
  return squares;
}

/** Pairs of three samples each to 40 sums; answers the sum of the squares of their differences. */
function halveByThrees(samples: usize, points: usize): f64 {
  let squares: i64 = 0;
  for (const end = samples + 6 * framePoints; samples < end; samples += 12, points += 8) {
    const left = i32(load<i16>(samples)) + i32(load<i16>(samples, 2)) + i32(load<i16>(samples, 4));
    const right = i32(load<i16>(samples, 6)) + i32(load<i16>(samples, 8)) + i32(load<i16>(samples, 10));
    const difference = i64(left - right);
    squares += difference * difference;
    store<f64>(points, f64(left + right));
  }
  return f64(squares);
}

/** Twice `count` points to their sums; answers the sum of the squares of their differences. Two pairs at a time. */
function halve(points: usize, count: i32): f64 {
  let squares = f64x2.splat(0);
  // Of an odd count the last pair stands alone: what is behind it is no longer needed.
  v128.store(points + (usize(count) << 4), squares);
  let from = points;
  for (const end = points + (usize(count) << 3); points < end; points += 16, from += 32) {
    const here = v128.load(from);
    const next = v128.load(from, 16);
    const left = i64x2.shuffle(here, next, 0, 2);
    const right = i64x2.shuffle(here, next, 1, 3);
    const difference = f64x2.sub(left, right);
    squares = f64x2.add(squares, f64x2.mul(difference, difference));
    v128.store(points, f64x2.add(left, right));
  }
  return f64x2.extract_lane(squares, 0) + f64x2.extract_lane(squares, 1);
}
