import type { FrameHeader, FrameSyntax } from '../frames/chain.ts';

/** An ADTS header (ISO/IEC 14496-3, 1.A.2.2). */
export interface AdtsHeader extends FrameHeader {
  /** 9 with a checksum, else 7. */
  readonly headerBytes: 7 | 9;
  /** The AudioSpecificConfig that says the same (1.6.2.1), its 16 bits as a number. */
  readonly config: number;
  /** 0 where the stream describes its channels by a program config element. */
  readonly channelConfiguration: number;
  /** Access units in the frame. */
  readonly rawDataBlocks: number;
}

/** The indices that follow are reserved, or announce a rate that an ADTS header has no room for (1.6.3.4). */
const lastRateIndex = 12;

function parse(bytes: Uint8Array, at: number): AdtsHeader | undefined {
  if (bytes[at] !== 0xff || (bytes[at + 1] & 0xf6) !== 0xf0) return undefined;
  const third = bytes[at + 2];
  const fourth = bytes[at + 3];
  const headerBytes = bytes[at + 1] & 1 ? 7 : 9;
  const rateIndex = (third >> 2) & 0x0f;
  const channelConfiguration = ((third & 1) << 2) | (fourth >> 6);
  const frameBytes = ((fourth & 0x03) << 11) | (bytes[at + 4] << 3) | (bytes[at + 5] >> 5);
  if (rateIndex > lastRateIndex || frameBytes <= headerBytes) return undefined;
  // The profile is the audio object type less one.
  const objectType = (third >> 6) + 1;
  return {
    frameBytes,
    // The fixed header, less its sync word.
    constant: ((bytes[at + 1] & 0x0f) << 12) | (third << 4) | (fourth >> 4),
    headerBytes,
    config: (objectType << 11) | (rateIndex << 7) | (channelConfiguration << 3),
    channelConfiguration,
    rawDataBlocks: (bytes[at + 6] & 0x03) + 1,
  };
}

export const adts: FrameSyntax<AdtsHeader> = { name: 'AAC', sync: 0xfff0, syncMask: 0xfff6, headerBytes: 7, parse };
