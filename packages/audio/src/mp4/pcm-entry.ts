import { unsupportedAudio } from '../errors.ts';
import type { SampleType } from '../pcm/format.ts';
import { fullBox, pickBoxes, required } from './box.ts';
import { Fields } from './fields.ts';

/** What the sample entry says of uncompressed audio, beside rate and channels. */
export interface PcmEntry {
  readonly type: string;
  /** Of one sample. */
  readonly bits: number;
  /** Those of QuickTime's second version of the entry; they hold for `lpcm` only. */
  readonly lpcmFlags: number;
  /** The boxes in the entry. */
  readonly extensions: Uint8Array;
}

const float = 1;
const bigEndian = 2;
const signed = 4;
const nonInterleaved = 32;

/** How the samples of an uncompressed entry are written; `undefined` if it is another codec's. */
export function pcmSampleType(entry: PcmEntry): SampleType | undefined {
  const { type, bits, lpcmFlags } = entry;
  switch (type) {
    // The names of QuickTime (QuickTime File Format, "Sound Sample Description").
    case 'sowt':
      return integer(bits, true);
    case 'twos':
    case 'NONE':
      return integer(bits, false);
    case 'raw ':
      return bits === 8 ? 'u8' : integer(bits, false);
    case 'in24':
      return integer(24, isLittleEndian(entry));
    case 'in32':
      return integer(32, isLittleEndian(entry));
    case 'fl32':
      return floating(32, isLittleEndian(entry));
    case 'fl64':
      return floating(64, isLittleEndian(entry));
    case 'ulaw':
      return 'mulaw';
    case 'alaw':
      return 'alaw';
    case 'lpcm':
      return linear(bits, lpcmFlags);
    // The names of ISO/IEC 23003-5, 5.
    case 'ipcm':
      return integer(...pcmConfig(entry));
    case 'fpcm':
      return floating(...pcmConfig(entry));
    default:
      return undefined;
  }
}

function linear(bits: number, flags: number): SampleType {
  if (flags & nonInterleaved)
    throw unsupportedAudio('PCM with its channels apart is not supported; expected interleaved.');
  const littleEndian = (flags & bigEndian) === 0;
  if (flags & float) return floating(bits, littleEndian);
  if (flags & signed) return integer(bits, littleEndian);
  if (bits === 8) return 'u8';
  throw unsupportedAudio(`Unsigned PCM of ${bits} bits is not supported; expected signed samples or 8 bits.`);
}

export function integer(bits: number, littleEndian: boolean): SampleType {
  if (bits === 8) return 's8';
  if (bits === 16) return littleEndian ? 's16le' : 's16be';
  if (bits === 24) return littleEndian ? 's24le' : 's24be';
  if (bits === 32) return littleEndian ? 's32le' : 's32be';
  throw unsupportedAudio(`PCM of ${bits} bits is not supported; expected 8, 16, 24 or 32.`);
}

export function floating(bits: number, littleEndian: boolean): SampleType {
  if (bits === 32) return littleEndian ? 'f32le' : 'f32be';
  if (bits === 64) return littleEndian ? 'f64le' : 'f64be';
  throw unsupportedAudio(`PCM with floats of ${bits} bits is not supported; expected 32 or 64.`);
}

/** In QuickTime the box `enda`, within `wave`, turns the order of the bytes. */
function isLittleEndian({ extensions }: PcmEntry): boolean {
  const wave = pickBoxes(extensions, 'wave').get('wave');
  const enda = wave && pickBoxes(wave, 'enda').get('enda');
  return enda !== undefined && new Fields(enda, 'the MP4 box enda').u16() !== 0;
}

function pcmConfig({ extensions }: PcmEntry): [bits: number, littleEndian: boolean] {
  const { fields } = fullBox(required(pickBoxes(extensions, 'pcmC').get('pcmC'), 'pcmC'), 'pcmC');
  const littleEndian = (fields.u8() & 1) === 1;
  return [fields.u8(), littleEndian];
}
