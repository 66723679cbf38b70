import { readUint } from '../bytes.ts';

/** EBML's variable-size integers (RFC 8794, 4): the position of the first 1 bit tells the length. */

/** The length in bytes of the integer that begins with `first`; 9 if that byte is 0, which no EBML here allows. */
export const vintLength = (first: number): number => Math.clz32(first) - 23;

/** The value at `at`, without its length marker; `undefined` while bytes are missing. NaN if it has no valid length. */
export function readVint(bytes: Uint8Array, at: number): number | undefined {
  const first = bytes[at];
  if (first === undefined) return undefined;
  const length = vintLength(first);
  if (length > 8) return Number.NaN;
  if (at + length > bytes.length) return undefined;
  return readUint(bytes, at + 1, at + length, first & (0xff >> length));
}

/** The largest value of a length; as a size it means "unknown". */
export const allOnes = (length: number): number => 2 ** (7 * length) - 1;

/** A float of 4 or 8 bytes; one of 0 bytes is 0, any other NaN (RFC 8794, 7.3). */
export function readFloat(bytes: Uint8Array): number {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length === 4) return view.getFloat32(0);
  if (bytes.length === 8) return view.getFloat64(0);
  return bytes.length === 0 ? 0 : Number.NaN;
}

/** Big-endian two's complement; of more than 6 bytes the value is rounded. */
export function readInt(bytes: Uint8Array): number {
  const value = readUint(bytes);
  return bytes.length > 0 && bytes[0] >= 0x80 ? value - 256 ** bytes.length : value;
}
