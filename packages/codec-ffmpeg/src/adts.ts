import type { AacCore } from './aac-config.ts';

const headerBytes = 7;

/** A length of 13 bits has room for so much behind the header. */
export const maxUnitBytes = 8_191 - headerBytes;

/** An access unit as an ADTS frame without checksum (ISO/IEC 14496-3, 1.A.2.2). */
export function adtsFrame({ objectType, rateIndex, channelConfiguration }: AacCore, unit: Uint8Array): Uint8Array {
  const length = headerBytes + unit.length;
  const frame = new Uint8Array(length);
  frame[0] = 0xff;
  frame[1] = 0xf1;
  frame[2] = ((objectType - 1) << 6) | (rateIndex << 2) | (channelConfiguration >> 2);
  frame[3] = ((channelConfiguration & 3) << 6) | (length >> 11);
  frame[4] = length >> 3;
  // The fullness of the encoder's buffer is all ones: it varies.
  frame[5] = (length << 5) | 0x1f;
  frame[6] = 0xfc;
  frame.set(unit, headerBytes);
  return frame;
}
