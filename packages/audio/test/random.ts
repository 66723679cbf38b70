export const randomBytes = (random: () => number, length: number): Uint8Array =>
  Uint8Array.from({ length }, () => Math.floor(random() * 256));

/** The bytes cut at places of its own choosing; some pieces are empty, many are one byte. */
export function cutAnywhere(random: () => number, bytes: Uint8Array): Uint8Array[] {
  const pieces: Uint8Array[] = [];
  for (let at = 0; at < bytes.length; ) {
    const length = Math.floor(random() ** 3 * 400 * random());
    pieces.push(bytes.subarray(at, at + length));
    at += length;
  }
  return pieces;
}

export const byteByByte = (bytes: Uint8Array): Uint8Array[] => Array.from(bytes, (_, at) => bytes.subarray(at, at + 1));
