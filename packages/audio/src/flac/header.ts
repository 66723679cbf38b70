import { crc8 } from './crc.ts';
import type { StreamInfo } from './stream-info.ts';

/** How the two channels of a stereo frame are stored (RFC 9639, 4.2). */
export type Decorrelation = 'none' | 'left_side' | 'side_right' | 'mid_side';

export interface FrameHeader {
  /** Bytes of the header, with its checksum. */
  readonly bytes: number;
  /** Samples of each channel. */
  readonly blockSize: number;
  /** Hz. */
  readonly sampleRate: number;
  readonly channels: number;
  readonly bitsPerSample: number;
  readonly decorrelation: Decorrelation;
  /** The first sample's place in the stream. */
  readonly firstSample: number;
}

/** The first 15 bits of a frame (RFC 9639, 9.1) are 0xFFF8, with one that tells how frames are counted. */
export const isSync = (first: number, second: number): boolean => first === 0xff && (second & 0xfe) === 0xf8;

/** RFC 9639, table 15, by the code; code 0 takes the rate from STREAMINFO, 12 to 14 write it out. */
const rates = [0, 88_200, 176_400, 192_000, 8_000, 16_000, 22_050, 24_000, 32_000, 44_100, 48_000, 96_000];

/** The code of a rate in a frame's header; 0, which leaves it to STREAMINFO, for rates that have none. */
export const codeOfRate = (sampleRate: number): number => Math.max(0, rates.indexOf(sampleRate));

/** RFC 9639, table 17, by the code; code 0 takes them from STREAMINFO, 3 is reserved. */
const bitDepths = [0, 8, 12, undefined, 16, 20, 24, 32];

const stereo: readonly Decorrelation[] = ['left_side', 'side_right', 'mid_side'];

/** The header at the beginning of `bytes` (RFC 9639, 9.1): `incomplete` while bytes are missing, `undefined` for none. */
export function parseFrameHeader(bytes: Uint8Array, info: StreamInfo): FrameHeader | 'incomplete' | undefined {
  // What is missing reads as 0; a header that had to do with it is rejected or reported as incomplete below.
  const byte = (at: number): number => bytes[at] ?? 0;
  if (bytes.length > 0 && !isSync(byte(0), bytes.length > 1 ? byte(1) : 0xf8)) return undefined;
  if (bytes.length < 5) return 'incomplete';
  const sizeCode = byte(2) >> 4;
  const rateCode = byte(2) & 15;
  const channelCode = byte(3) >> 4;
  const bits = bitDepths[(byte(3) >> 1) & 7];
  if (sizeCode === 0 || rateCode === 15 || channelCode > 10 || bits === undefined || byte(3) & 1) return undefined;
  const numberBytes = utf8Length(byte(4));
  if (numberBytes === undefined) return undefined;
  const sizeAt = 4 + numberBytes;
  const rateAt = sizeAt + (sizeCode === 6 ? 1 : sizeCode === 7 ? 2 : 0);
  const end = rateAt + (rateCode === 12 ? 1 : rateCode > 12 ? 2 : 0);
  if (bytes.length <= end) return 'incomplete';
  if (crc8(bytes, end) !== byte(end)) return undefined;
  const blockSize = blockSizeOf(sizeCode, byte(sizeAt), byte(sizeAt + 1));
  const sampleRate = rateOf(rateCode, byte(rateAt), byte(rateAt + 1)) || info.sampleRate;
  const number = utf8Number(bytes, numberBytes);
  const variable = (byte(1) & 1) === 1;
  return {
    bytes: end + 1,
    blockSize,
    sampleRate,
    channels: channelCode < 8 ? channelCode + 1 : 2,
    bitsPerSample: bits || info.bitsPerSample,
    decorrelation: stereo[channelCode - 8] ?? 'none',
    firstSample: variable ? number : number * (info.blockSize ?? blockSize),
  };
}

/** RFC 9639, table 14. */
function blockSizeOf(code: number, first: number, second: number): number {
  if (code === 1) return 192;
  if (code < 6) return 144 << code;
  if (code === 6) return first + 1;
  if (code === 7) return ((first << 8) | second) + 1;
  return 1 << code;
}

function rateOf(code: number, first: number, second: number): number {
  if (code < 12) return rates[code];
  if (code === 12) return first * 1_000;
  return ((first << 8) | second) * (code === 14 ? 10 : 1);
}

/** Bytes of a number that is coded as UTF-8 codes its characters, prolonged to 36 bits (RFC 9639, 9.1.5). */
function utf8Length(first: number): number | undefined {
  const ones = Math.clz32(~(first << 24));
  if (ones === 0) return 1;
  return ones === 1 || ones === 8 ? undefined : ones;
}

function utf8Number(bytes: Uint8Array, length: number): number {
  if (length === 1) return bytes[4];
  let number = bytes[4] & (0x7f >> length);
  for (let i = 1; i < length; i++) number = number * 64 + (bytes[4 + i] & 0x3f);
  return number;
}
