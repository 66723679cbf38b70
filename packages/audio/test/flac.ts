/** Writes FLAC by hand (RFC 9639), well-formed or not. */
import { concatBytes } from './matroska.ts';

class BitWriter {
  readonly #bits: number[] = [];

  /** Two's complement where the value is negative; at most 36 bits. */
  write(value: number, bits: number): this {
    const positive = value < 0 ? value + 2 ** bits : value;
    for (let i = bits - 1; i >= 0; i--) this.#bits.push(Math.floor(positive / 2 ** i) % 2);
    return this;
  }

  unary(zeros: number): this {
    for (let i = 0; i < zeros; i++) this.#bits.push(0);
    this.#bits.push(1);
    return this;
  }

  bytes(): number[] {
    const bytes: number[] = [];
    for (let at = 0; at < this.#bits.length; at += 8) {
      let byte = 0;
      for (let i = 0; i < 8; i++) byte = byte * 2 + (this.#bits[at + i] ?? 0);
      bytes.push(byte);
    }
    return bytes;
  }
}

function crc(bits: 8 | 16, polynomial: number, bytes: readonly number[]): number {
  let value = 0;
  for (const byte of bytes) {
    for (let i = 7; i >= 0; i--) {
      const out = (value >> (bits - 1)) ^ ((byte >> i) & 1);
      value = ((value << 1) & (2 ** bits - 1)) ^ (out & 1 ? polynomial : 0);
    }
  }
  return value;
}

export interface InfoOptions {
  readonly blockSize?: number;
  readonly sampleRate?: number;
  readonly channels?: number;
  readonly bitsPerSample?: number;
}

export const streamInfo = ({
  blockSize = 192,
  sampleRate = 16_000,
  channels = 1,
  bitsPerSample = 16,
}: InfoOptions = {}): Uint8Array => {
  const writer = new BitWriter().write(blockSize, 16).write(blockSize, 16).write(0, 24).write(0, 24);
  writer
    .write(sampleRate, 20)
    .write(channels - 1, 3)
    .write(bitsPerSample - 1, 5)
    .write(0, 36);
  return Uint8Array.from([...writer.bytes(), ...new Array<number>(16).fill(0)]);
};

/** A metadata block. */
export const block = (type: number, body: Uint8Array | readonly number[], last = false): Uint8Array =>
  concatBytes([type | (last ? 0x80 : 0), body.length >> 16, (body.length >> 8) & 255, body.length & 255], body);

/** Marker and STREAMINFO, with further blocks. */
export const flacStart = (info: Uint8Array = streamInfo(), ...blocks: readonly Uint8Array[]): Uint8Array =>
  concatBytes(
    Array.from('fLaC', (letter) => letter.charCodeAt(0)),
    block(0, info, blocks.length === 0),
    ...blocks,
  );

export type Coding =
  | { readonly kind: 'constant' }
  | { readonly kind: 'verbatim' }
  | { readonly kind: 'fixed'; readonly order: number; readonly residual?: Residual }
  | {
      readonly kind: 'linear';
      readonly coefficients: readonly number[];
      readonly shift: number;
      readonly residual?: Residual;
    };

export interface Residual {
  readonly partitionOrder?: number;
  /** The parameters of the long kind, of five bits. */
  readonly long?: boolean;
  readonly parameter?: number;
  /** Residuals as they are, in so many bits. */
  readonly escape?: number;
}

export interface FrameOptions {
  readonly number?: number;
  readonly bitsPerSample?: number;
  readonly rateCode?: number;
  readonly coding?: Coding;
  /** Zero bits at the end of each sample, which are not stored. */
  readonly wasted?: number;
  /** 8 left and side, 9 side and right, 10 mid and side. */
  readonly stereo?: 8 | 9 | 10;
  readonly depthCode?: number;
  /** `number` counts samples. */
  readonly variable?: boolean;
}

const depthCodes: Record<number, number> = { 8: 1, 12: 2, 16: 4, 20: 5, 24: 6, 32: 7 };

function utf8(number: number): number[] {
  if (number < 0x80) return [number];
  const rest: number[] = [];
  let left = number;
  let room = 5;
  for (; left >= 2 ** (room + 1); room--) {
    rest.unshift(0x80 | (left % 64));
    left = Math.floor(left / 64);
  }
  return [((0xff << (room + 2)) & 0xff) | left, ...rest];
}

/** One frame. The channels are of one length. */
export function frame(channels: readonly (readonly number[])[], options: FrameOptions = {}): Uint8Array {
  const { number = 0, bitsPerSample = 16, rateCode = 5, stereo, wasted = 0 } = options;
  const [first = [], second = []] = channels;
  const header = [0xff, options.variable ? 0xf9 : 0xf8, 0x70 | rateCode];
  header.push(((stereo ?? channels.length - 1) << 4) | ((options.depthCode ?? depthCodes[bitsPerSample] ?? 0) << 1));
  header.push(...utf8(number), (first.length - 1) >> 8, (first.length - 1) & 255);
  header.push(crc(8, 0x07, header));
  const side = first.map((sample, i) => sample - (second[i] ?? 0));
  const mid = first.map((sample, i) => Math.floor((sample + (second[i] ?? 0)) / 2));
  const stored = { 8: [first, side], 9: [side, second], 10: [mid, side], none: channels }[stereo ?? 'none'];
  const writer = new BitWriter();
  for (const [index, samples] of stored.entries()) {
    const isSide = stereo === 9 ? index === 0 : stereo !== undefined && index === 1;
    writeSubframe(writer, samples, bitsPerSample + (isSide ? 1 : 0), wasted, options.coding ?? { kind: 'verbatim' });
  }
  const bytes = [...header, ...writer.bytes()];
  const checksum = crc(16, 0x8005, bytes);
  return Uint8Array.from([...bytes, checksum >> 8, checksum & 255]);
}

function writeSubframe(
  writer: BitWriter,
  whole: readonly number[],
  bits: number,
  wasted: number,
  coding: Coding,
): void {
  const samples = whole.map((sample) => sample / 2 ** wasted);
  const width = bits - wasted;
  const order = coding.kind === 'fixed' ? coding.order : coding.kind === 'linear' ? coding.coefficients.length : 0;
  const type = { constant: 0, verbatim: 1, fixed: 8 + order, linear: 31 + order }[coding.kind];
  writer.write(type, 7).write(wasted > 0 ? 1 : 0, 1);
  if (wasted > 0) writer.unary(wasted - 1);
  if (coding.kind === 'constant') {
    writer.write(samples[0] ?? 0, width);
    return;
  }
  const plain = coding.kind === 'verbatim' ? samples : samples.slice(0, order);
  for (const sample of plain) writer.write(sample, width);
  if (coding.kind === 'verbatim') return;
  if (coding.kind === 'linear') {
    writer.write(15 - 1, 4).write(coding.shift, 5);
    for (const coefficient of coding.coefficients) writer.write(coefficient, 15);
  }
  const fixed = [[], [1], [2, -1], [3, -3, 1], [4, -6, 4, -1]][order] ?? [];
  const coefficients = coding.kind === 'linear' ? coding.coefficients : fixed;
  const scale = coding.kind === 'linear' ? 2 ** coding.shift : 1;
  const residual = samples.slice(order).map((sample, i) => {
    const sum = coefficients.reduce(
      (total, coefficient, j) => total + coefficient * (samples[order + i - 1 - j] ?? 0),
      0,
    );
    return sample - Math.floor(sum / scale);
  });
  writeResidual(writer, residual, order, coding.residual ?? { long: width > 18, parameter: Math.max(0, width - 4) });
}

function writeResidual(writer: BitWriter, residual: readonly number[], order: number, how: Residual): void {
  const { partitionOrder = 0, long = false, parameter = 6, escape } = how;
  const parameterBits = long ? 5 : 4;
  writer.write(long ? 1 : 0, 2).write(partitionOrder, 4);
  const size = (residual.length + order) / 2 ** partitionOrder;
  for (let partition = 0; partition < 2 ** partitionOrder; partition++) {
    const part = residual.slice(Math.max(0, partition * size - order), (partition + 1) * size - order);
    writer.write(escape === undefined ? parameter : 2 ** parameterBits - 1, parameterBits);
    if (escape !== undefined) writer.write(escape, 5);
    for (const value of part) {
      if (escape !== undefined) {
        writer.write(value, escape);
        continue;
      }
      const folded = value < 0 ? -2 * value - 1 : 2 * value;
      writer.unary(Math.floor(folded / 2 ** parameter)).write(folded % 2 ** parameter, parameter);
    }
  }
}
