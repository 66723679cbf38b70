import type { BitReader } from './bits.ts';

/**
 * One channel of a frame (RFC 9639, 9.2). Yields where it needs more bytes; returns whether what it read makes sense. With
 * `out`, an array of the block's size, it is decoded; without, it is passed over to find where it ends.
 *
 * Samples are doubles: with 32 bits a side channel takes 33, and a prediction of it 53, which a double holds exactly.
 */
export function* readSubframe(
  bits: BitReader,
  bitsPerSample: number,
  blockSize: number,
  out: Float64Array | undefined,
): Generator<void, boolean> {
  while (!bits.has(8)) yield;
  const head = bits.unsigned(8);
  if (head & 0x80) return false;
  const type = head >> 1;
  let wasted = 0;
  if (head & 1) {
    let zeros = bits.unary();
    for (; zeros === undefined; zeros = bits.unary()) yield;
    wasted = zeros + 1;
  }
  const stored = bitsPerSample - wasted;
  if (stored < 1) return false;
  let sound = true;
  if (type === 0) yield* readConstant(bits, stored, out);
  else if (type === 1) yield* readVerbatim(bits, stored, 0, blockSize, out);
  else if (type >= 8 && type <= 12) sound = yield* readFixed(bits, stored, type - 8, blockSize, out);
  else if (type >= 32) sound = yield* readLinear(bits, stored, type - 31, blockSize, out);
  else return false;
  if (out && wasted > 0) for (let i = 0; i < blockSize; i++) out[i] *= 2 ** wasted;
  return sound;
}

function* readConstant(bits: BitReader, width: number, out: Float64Array | undefined): Generator<void, void> {
  while (!bits.has(width)) yield;
  const value = bits.signed(width);
  out?.fill(value);
}

/** Samples as they are, from `from` until `to`. */
function* readVerbatim(
  bits: BitReader,
  width: number,
  from: number,
  to: number,
  out: Float64Array | undefined,
): Generator<void, void> {
  for (let i = from; i < to; i++) {
    while (!bits.has(width)) yield;
    if (out) out[i] = bits.signed(width);
    else bits.skip(width);
  }
}

/** The polynomial predictors (RFC 9639, 9.2.5), by their order: what the samples before are multiplied by, the last first. */
const fixedCoefficients = [[], [1], [2, -1], [3, -3, 1], [4, -6, 4, -1]];

function* readFixed(
  bits: BitReader,
  width: number,
  order: number,
  blockSize: number,
  out: Float64Array | undefined,
): Generator<void, boolean> {
  if (order > blockSize) return false;
  yield* readVerbatim(bits, width, 0, order, out);
  if (!(yield* readResidual(bits, order, blockSize, out))) return false;
  if (out) predict(out, fixedCoefficients[order], 0);
  return true;
}

/** Linear prediction (RFC 9639, 9.2.6). */
function* readLinear(
  bits: BitReader,
  width: number,
  order: number,
  blockSize: number,
  out: Float64Array | undefined,
): Generator<void, boolean> {
  if (order > blockSize) return false;
  yield* readVerbatim(bits, width, 0, order, out);
  while (!bits.has(9)) yield;
  const precision = bits.unsigned(4) + 1;
  const shift = bits.signed(5);
  if (precision === 16 || shift < 0) return false;
  const coefficients: number[] = [];
  while (coefficients.length < order) {
    while (!bits.has(precision)) yield;
    coefficients.push(bits.signed(precision));
  }
  if (!(yield* readResidual(bits, order, blockSize, out))) return false;
  if (out) predict(out, coefficients, shift);
  return true;
}

/** What the prediction left over (RFC 9639, 9.2.7). */
function* readResidual(
  bits: BitReader,
  order: number,
  blockSize: number,
  out: Float64Array | undefined,
): Generator<void, boolean> {
  while (!bits.has(6)) yield;
  const method = bits.unsigned(2);
  if (method > 1) return false;
  const parameterBits = 4 + method;
  const partitions = 1 << bits.unsigned(4);
  const size = blockSize / partitions;
  if (!Number.isInteger(size) || size < order) return false;
  for (let partition = 0, at = order; partition < partitions; partition++) {
    const to = (partition + 1) * size;
    while (!bits.has(parameterBits)) yield;
    const parameter = bits.unsigned(parameterBits);
    if (parameter === (1 << parameterBits) - 1) {
      while (!bits.has(5)) yield;
      yield* readVerbatim(bits, bits.unsigned(5), at, to, out);
      at = to;
      continue;
    }
    for (;;) {
      at = bits.riceRun(parameter, out, at, to);
      if (at === to) break;
      yield;
    }
  }
  return true;
}

/** Adds its prediction to each residual, from the first samples on, which are not predicted. */
function predict(samples: Float64Array, coefficients: readonly number[], shift: number): void {
  const order = coefficients.length;
  const scale = 2 ** -shift;
  for (let i = order; i < samples.length; i++) {
    let sum = 0;
    for (let j = 0; j < order; j++) sum += coefficients[j] * samples[i - 1 - j];
    samples[i] += Math.floor(sum * scale);
  }
}
