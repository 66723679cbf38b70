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

/** Big-endian; exact up to 2^53, beyond which sizes and times are refused by their limits anyhow. */
export function readUint(bytes: Uint8Array, from = 0, to = bytes.length, leading = 0): number {
  let value = leading;
  for (let i = from; i < to; i++) value = value * 256 + bytes[i];
  return value;
}

/** The largest value of a length; as a size it means "unknown". */
export const allOnes = (length: number): number => 2 ** (7 * length) - 1;
