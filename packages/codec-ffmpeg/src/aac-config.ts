import { AudioError } from '@live-transcribe/audio';

/** What an ADTS header can say of AAC: without spectral band replication and parametric stereo, which ffmpeg finds itself. */
export interface AacCore {
  /** 1 Main, 2 LC, 4 LTP (ISO/IEC 14496-3, table 1.17). */
  readonly objectType: 1 | 2 | 4;
  readonly rateIndex: number;
  /** Hz. */
  readonly sampleRate: number;
  /** 1 to 7 (14496-3, table 1.19). */
  readonly channelConfiguration: number;
}

/** Hz, by index (14496-3, table 1.18). */
const rates = [
  96_000, 88_200, 64_000, 48_000, 44_100, 32_000, 24_000, 22_050, 16_000, 12_000, 11_025, 8_000, 7_350,
] as const;
/** A rate in 24 bits of its own follows. */
const explicitRate = 15;
/** The object types that only say that band replication or parametric stereo come on top of another one (1.6.2.1). */
const extensions = [5, 29];
/** What clients may happen to send; the others are shown by their number. */
const names: Readonly<Record<number, string>> = { 3: 'AAC SSR', 23: 'AAC-LD', 39: 'AAC-ELD', 42: 'xHE-AAC' };

/** Reads an AudioSpecificConfig (1.6.2.1). Throws `bad_audio` where it ends too early, `unsupported_audio` for what ADTS has no word for. */
export function parseAacConfig(config: Uint8Array): AacCore {
  const bits = new Bits(config);
  let objectType = readObjectType(bits);
  const rate = readRate(bits);
  const channelConfiguration = bits.read(4);
  if (extensions.includes(objectType)) {
    readRate(bits);
    objectType = readObjectType(bits);
  }
  if (objectType !== 1 && objectType !== 2 && objectType !== 4) {
    throw unsupported(`is ${names[objectType] ?? `of the object type ${objectType}`}; expected AAC-LC or HE-AAC`);
  }
  // GASpecificConfig (4.4.1) begins with the frame's length: 1,024 samples, or 960.
  if (bits.read(1) === 1) throw unsupported('has frames of 960 samples; expected 1,024');
  if (channelConfiguration < 1 || channelConfiguration > 7) {
    throw unsupported(`has the channel configuration ${channelConfiguration}; expected 1 to 7`);
  }
  return { objectType, channelConfiguration, ...rate };
}

function readObjectType(bits: Bits): number {
  const type = bits.read(5);
  return type === 31 ? 32 + bits.read(6) : type;
}

function readRate(bits: Bits): Pick<AacCore, 'rateIndex' | 'sampleRate'> {
  const stated = bits.read(4);
  const own = stated === explicitRate ? bits.read(24) : undefined;
  const rateIndex = own === undefined ? stated : rates.findIndex((rate) => rate === own);
  const sampleRate = rates[rateIndex];
  if (sampleRate !== undefined) return { rateIndex, sampleRate };
  throw unsupported(
    `has ${own === undefined ? `the reserved rate ${stated}` : `the rate ${own} Hz`}; expected a usual one`,
  );
}

/** Big-endian bits, as ISO/IEC 14496 writes them. */
class Bits {
  readonly #bytes: Uint8Array;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  read(count: number): number {
    let value = 0;
    for (let i = 0; i < count; i++, this.#at++) {
      const byte = this.#bytes[this.#at >> 3];
      if (byte === undefined) {
        throw new AudioError(
          'bad_audio',
          `The AAC configuration ends after ${this.#bytes.length} bytes; expected more.`,
        );
      }
      value = value * 2 + ((byte >> (7 - (this.#at & 7))) & 1);
    }
    return value;
  }
}

const unsupported = (what: string): AudioError => new AudioError('unsupported_audio', `The AAC audio ${what}.`);
