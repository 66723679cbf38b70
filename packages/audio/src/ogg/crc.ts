/** The checksum of Ogg pages (RFC 3533, 6): most significant bit first, beginning at 0, nothing inverted. */
const polynomial = 0x04c11db7;

const table = Uint32Array.from({ length: 256 }, (_, byte) => {
  let crc = byte << 24;
  for (let bit = 0; bit < 8; bit++) crc = crc < 0 ? (crc << 1) ^ polynomial : crc << 1;
  return crc;
});

const checksumAt = 22;
const checksumEnd = checksumAt + 4;

/** The checksum that the page (all of its bytes) should have; its own is taken as 0. */
export function pageChecksum(page: Uint8Array): number {
  let crc = 0;
  for (let i = 0; i < checksumAt; i++) crc = (crc << 8) ^ table[(crc >>> 24) ^ page[i]];
  for (let i = checksumAt; i < checksumEnd; i++) crc = (crc << 8) ^ table[crc >>> 24];
  for (let i = checksumEnd; i < page.length; i++) crc = (crc << 8) ^ table[(crc >>> 24) ^ page[i]];
  return crc >>> 0;
}
