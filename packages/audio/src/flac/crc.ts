/** Checksums of FLAC frames (RFC 9639, 9.1.8 and 9.3): most significant bit first, beginning at 0, nothing inverted. */
const crc8Polynomial = 0x07;
const crc16Polynomial = 0x8005;

function makeTable(bits: 8 | 16, polynomial: number): Uint16Array {
  const table = new Uint16Array(256);
  const top = 1 << (bits - 1);
  for (let byte = 0; byte < 256; byte++) {
    let crc = byte << (bits - 8);
    for (let bit = 0; bit < 8; bit++) crc = crc & top ? (crc << 1) ^ polynomial : crc << 1;
    table[byte] = crc & ((1 << bits) - 1);
  }
  return table;
}

const table8 = makeTable(8, crc8Polynomial);
const table16 = makeTable(16, crc16Polynomial);

/** Over the first `end` bytes. */
export function crc8(bytes: Uint8Array, end: number): number {
  let crc = 0;
  for (let i = 0; i < end; i++) crc = table8[crc ^ bytes[i]];
  return crc;
}

/** Over the first `end` bytes; 0 where the last two are the checksum of those before. */
export function crc16(bytes: Uint8Array, end: number): number {
  let crc = 0;
  for (let i = 0; i < end; i++) crc = ((crc << 8) & 0xffff) ^ table16[(crc >> 8) ^ bytes[i]];
  return crc;
}
