import { badAudio, unsupportedAudio } from '../errors.ts';
import type { SampleType } from '../pcm/format.ts';
import type { TrackFormat } from '../track.ts';
import { childBoxes, fullBox, pickBoxes, required } from './box.ts';
import { parseEsDescriptor } from './esds.ts';
import { Fields } from './fields.ts';
import { parseFlacSpecificBox } from './flac.ts';
import { parseOpusSpecificBox } from './opus.ts';
import { pcmSampleType } from './pcm-entry.ts';

/** The fields of an AudioSampleEntry (ISO/IEC 14496-12, 12.2.3) and of QuickTime's two later versions of it. */
interface Entry {
  readonly type: string;
  readonly channels: number;
  readonly bits: number;
  /** Hz; 0 where it does not fit into the field. */
  readonly sampleRate: number;
  readonly lpcmFlags: number;
  readonly extensions: Uint8Array;
}

/** What the `stsd` of an audio track describes; a name where it is a codec that is not decoded. */
export type Described =
  | { readonly kind: 'format'; readonly format: TrackFormat }
  | { readonly kind: 'other'; readonly codec: string };

/** Reads the first sample entry. `timescale` (Hz) is the rate where the entry has none. */
export function parseSampleDescription(stsd: Uint8Array, timescale: number): Described {
  const { version, fields } = fullBox(stsd, 'stsd');
  const count = fields.u32();
  const [box] = count > 0 ? childBoxes(fields.rest()) : [];
  if (!box) throw badAudio('The MP4 stream is damaged: its audio track has no sample entry.');
  if (box.type === 'enca') throw unsupportedAudio('The MP4 audio track is encrypted; expected plain audio.');
  const entry = parseEntry(box.type, box.body, version);
  const format = formatOf(entry, timescale);
  return format
    ? { kind: 'format', format }
    : { kind: 'other', codec: box.type.replaceAll(/[^!-~]/g, '') || 'unknown' };
}

function parseEntry(type: string, body: Uint8Array, descriptionVersion: number): Entry {
  const fields = new Fields(body, `the MP4 sample entry ${type}`);
  // Reserved, and which of the data references holds the audio: this file.
  fields.skip(8);
  const version = fields.u16();
  fields.skip(6);
  const channels = fields.u16();
  const bits = fields.u16();
  fields.skip(4);
  // 16.16 fixed point.
  const sampleRate = fields.u32() / 65_536;
  // In the second version of `stsd` an entry of version 1 is ISO's and adds no field.
  if (version === 1 && descriptionVersion === 0) fields.skip(16);
  if (version !== 2) return { type, channels, bits, sampleRate, lpcmFlags: 0, extensions: fields.rest() };
  fields.skip(4);
  const later = { sampleRate: fields.f64(), channels: fields.u32() };
  fields.skip(4);
  const linear = { bits: fields.u32(), lpcmFlags: fields.u32() };
  fields.skip(8);
  return { type, ...later, ...linear, extensions: fields.rest() };
}

function formatOf(entry: Entry, timescale: number): TrackFormat | undefined {
  const { type, extensions } = entry;
  switch (type) {
    case 'mp4a':
      return parseEsDescriptor(descriptor(extensions));
    case 'Opus':
      return { codec: 'opus', head: parseOpusSpecificBox(required(pickBoxes(extensions, 'dOps').get('dOps'), 'dOps')) };
    case 'fLaC':
      return {
        codec: 'flac',
        streamInfo: parseFlacSpecificBox(required(pickBoxes(extensions, 'dfLa').get('dfLa'), 'dfLa')),
      };
    // QuickTime's two names: its own, and the format tag of Windows.
    case '.mp3':
    case 'ms\0U':
      return { codec: 'mp3' };
    default: {
      const sampleType = pcmSampleType(entry);
      return sampleType && pcm(sampleType, entry, timescale);
    }
  }
}

/** The descriptor in `esds`, which QuickTime puts into `wave`. */
function descriptor(extensions: Uint8Array): Uint8Array {
  const outer = pickBoxes(extensions, 'esds', 'wave');
  const wave = outer.get('wave');
  const esds = outer.get('esds') ?? (wave && pickBoxes(wave, 'esds').get('esds'));
  return fullBox(required(esds, 'esds'), 'esds').fields.rest();
}

function pcm(type: SampleType, { channels, sampleRate }: Entry, timescale: number): TrackFormat {
  const rate = sampleRate > 0 ? sampleRate : timescale;
  if (!Number.isFinite(rate) || channels === 0) {
    throw badAudio(`The MP4 stream is damaged: PCM with ${channels} channels at ${rate} Hz.`);
  }
  return { codec: 'pcm', format: { type, sampleRate: rate, channels } };
}
