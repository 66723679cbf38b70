import { badAudio, unsupportedAudio } from '../errors.ts';
import type { TrackFormat } from '../track.ts';
import { childBoxes, fullBox, pickBoxes, required } from './box.ts';
import { type Edit, parseEdits } from './edits.ts';
import { parseSampleDescription } from './sample-entry.ts';
import { parseSampleTables, type SampleTables } from './tables.ts';

/** What a fragment does not say itself (ISO/IEC 14496-12, 8.8.3). */
export interface Defaults {
  readonly duration: number;
  readonly size: number;
}

/** The audio track of a movie that is decoded. */
export interface AudioTrack {
  readonly id: number;
  readonly format: TrackFormat;
  /** Ticks in a second. */
  readonly timescale: number;
  readonly edit: Edit;
  readonly tables: SampleTables;
}

export interface Movie {
  readonly track: AudioTrack;
  /** Ticks in a second of what concerns all tracks; 0 if it does not say. */
  readonly timescale: number;
  /** Present if fragments follow. */
  readonly defaults?: Defaults;
}

const expected = 'expected AAC, Opus, FLAC, MP3 or PCM';

/** Reads a `moov` and chooses its first audio track that can be decoded. Throws `unsupported_audio` where there is none. */
export function parseMovie(moov: Uint8Array): Movie {
  const boxes = pickBoxes(moov, 'mvhd', 'mvex');
  const mvhd = boxes.get('mvhd');
  const mvex = boxes.get('mvex');
  const track = chooseTrack(moov);
  return {
    track,
    timescale: mvhd ? parseTimescale(mvhd, 'mvhd') : 0,
    ...(mvex && { defaults: parseDefaults(mvex, track.id) }),
  };
}

function chooseTrack(moov: Uint8Array): AudioTrack {
  let otherCodec: string | undefined;
  for (const { type, body } of childBoxes(moov)) {
    const found = type === 'trak' ? parseTrack(body) : undefined;
    if (typeof found === 'object') return found;
    otherCodec ??= found;
  }
  throw unsupportedAudio(
    otherCodec === undefined
      ? `The MP4 stream has no audio track; ${expected}.`
      : `The MP4 audio is in the codec ${otherCodec}; ${expected}.`,
  );
}

/** The track, the name of its codec where it is not decoded, nothing where it is no audio. */
function parseTrack(trak: Uint8Array): AudioTrack | string | undefined {
  const boxes = pickBoxes(trak, 'tkhd', 'mdia', 'edts');
  const media = pickBoxes(required(boxes.get('mdia'), 'mdia'), 'mdhd', 'hdlr', 'minf');
  if (parseHandler(required(media.get('hdlr'), 'hdlr')) !== 'soun') return undefined;
  const timescale = parseTimescale(required(media.get('mdhd'), 'mdhd'), 'mdhd');
  if (timescale === 0) throw badAudio('The MP4 stream is damaged: its audio track has 0 ticks in a second.');
  const stbl = required(pickBoxes(required(media.get('minf'), 'minf'), 'stbl').get('stbl'), 'stbl');
  const described = parseSampleDescription(required(pickBoxes(stbl, 'stsd').get('stsd'), 'stsd'), timescale);
  if (described.kind === 'other') return described.codec;
  const edts = boxes.get('edts');
  const elst = edts && pickBoxes(edts, 'elst').get('elst');
  return {
    id: parseTrackId(required(boxes.get('tkhd'), 'tkhd')),
    format: described.format,
    timescale,
    edit: elst ? parseEdits(elst) : { start: 0 },
    tables: parseSampleTables(stbl),
  };
}

/** Two times come first, each of 8 bytes in version 1 and of 4 otherwise (ISO/IEC 14496-12, 8.2.2, 8.3.2 and 8.4.2). */
const bytesOfTimes = (version: number): number => (version === 1 ? 16 : 8);

function parseTimescale(body: Uint8Array, type: string): number {
  const { version, fields } = fullBox(body, type);
  fields.skip(bytesOfTimes(version));
  return fields.u32();
}

function parseTrackId(tkhd: Uint8Array): number {
  const { version, fields } = fullBox(tkhd, 'tkhd');
  fields.skip(bytesOfTimes(version));
  return fields.u32();
}

function parseHandler(hdlr: Uint8Array): string {
  const { fields } = fullBox(hdlr, 'hdlr');
  fields.skip(4);
  return fields.type();
}

function parseDefaults(mvex: Uint8Array, track: number): Defaults {
  for (const { type, body } of childBoxes(mvex)) {
    if (type !== 'trex') continue;
    const { fields } = fullBox(body, type);
    if (fields.u32() !== track) continue;
    fields.skip(4);
    return { duration: fields.u32(), size: fields.u32() };
  }
  return { duration: 0, size: 0 };
}
