import { unsupportedAudio } from '../errors.ts';
import type { FrameHeader, FrameSyntax } from '../frames/chain.ts';

/** The header of an MPEG audio frame (ISO/IEC 11172-3, 2.4.2.3; MPEG-2: 13818-3, 2.4.2.3; 2.5 halves the rates again). */
export interface Mp3Header extends FrameHeader {
  readonly version: 1 | 2 | 2.5;
  readonly layer: 1 | 2 | 3;
  /** Hz. */
  readonly sampleRate: number;
  readonly channels: 1 | 2;
  /** Of one channel, in the whole frame. */
  readonly samples: number;
}

/** Kbit/s by the bit rate index, from 1 (11172-3, 2.4.2.3; 13818-3, 2.4.2.3). */
const bitRates = {
  mpeg1: {
    1: [32, 64, 96, 128, 160, 192, 224, 256, 288, 320, 352, 384, 416, 448],
    2: [32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384],
    3: [32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320],
  },
  mpeg2: {
    1: [32, 48, 56, 64, 80, 96, 112, 128, 144, 160, 176, 192, 224, 256],
    2: [8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160],
    3: [8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160],
  },
} as const;

const mpeg1Rates = [44_100, 48_000, 32_000] as const;
/** By the two bits of the version; 1 is reserved. */
const versions = [2.5, undefined, 2, 1] as const;
/** By the two bits of the layer; 0 is reserved. */
const layers = [undefined, 3, 2, 1] as const;
const freeFormat = 0;

interface Fields {
  readonly version: Mp3Header['version'];
  readonly layer: Mp3Header['layer'];
  readonly bitRateIndex: number;
  readonly sampleRate: number;
}

/** `undefined` where a field has a reserved value. */
function readFields(bytes: Uint8Array, at: number): Fields | undefined {
  if (bytes[at] !== 0xff || (bytes[at + 1] & 0xe0) !== 0xe0) return undefined;
  const version = versions[(bytes[at + 1] >> 3) & 3];
  const layer = layers[(bytes[at + 1] >> 1) & 3];
  const bitRateIndex = bytes[at + 2] >> 4;
  const fullRate = mpeg1Rates[(bytes[at + 2] >> 2) & 3];
  if (!version || !layer || bitRateIndex === 15 || !fullRate) return undefined;
  // Version 2.5 is an addition to layer III.
  if (version === 2.5 && layer !== 3) return undefined;
  return { version, layer, bitRateIndex, sampleRate: fullRate / { 1: 1, 2: 2, 2.5: 4 }[version] };
}

const samplesPerFrame = (version: Mp3Header['version'], layer: Mp3Header['layer']): number =>
  layer === 1 ? 384 : layer === 3 && version !== 1 ? 576 : 1_152;

function parse(bytes: Uint8Array, at: number): Mp3Header | undefined {
  const fields = readFields(bytes, at);
  if (!fields || fields.bitRateIndex === freeFormat) return undefined;
  const { version, layer, bitRateIndex, sampleRate } = fields;
  const bitRate = bitRates[version === 1 ? 'mpeg1' : 'mpeg2'][layer][bitRateIndex - 1] * 1_000;
  const samples = samplesPerFrame(version, layer);
  const padded = (bytes[at + 2] >> 1) & 1;
  // Layer I counts in slots of 4 bytes, the others in bytes (11172-3, 2.4.3.1).
  const slotBytes = layer === 1 ? 4 : 1;
  const slots = Math.floor((samples * bitRate) / (8 * slotBytes * sampleRate)) + padded;
  return {
    frameBytes: slots * slotBytes,
    // Version, layer and rate. The bit rate, the padding and the mode change from frame to frame, the checksum may.
    constant: ((bytes[at + 1] & 0x1e) << 8) | (bytes[at + 2] & 0x0c),
    version,
    layer,
    sampleRate,
    channels: bytes[at + 3] >> 6 === 3 ? 1 : 2,
    samples,
  };
}

function refuse(head: Uint8Array): void {
  if (readFields(head, 0)?.bitRateIndex !== freeFormat) return;
  throw unsupportedAudio('The MP3 stream is in free format; expected frames that state their bit rate.');
}

export const mp3: FrameSyntax<Mp3Header> = {
  name: 'MP3',
  sync: 0xffe0,
  syncMask: 0xffe0,
  headerBytes: 4,
  parse,
  refuse,
};
