import type { Demuxer, TrackItem } from '../src/track.ts';
import { concatBytes, text } from './matroska.ts';

/** Writes MP4 by hand, well-formed or not. */
type Part = Uint8Array | readonly number[];

export const u16 = (value: number): number[] => [(value >> 8) & 255, value & 255];
export const u32 = (value: number): number[] => [...u16(Math.floor(value / 65_536) & 65_535), ...u16(value % 65_536)];
export const u64 = (value: number): number[] => [...u32(Math.floor(value / 2 ** 32)), ...u32(value % 2 ** 32)];
export const f64 = (value: number): Uint8Array => new Uint8Array(new Float64Array([value]).buffer).reverse();

export const zeros = (count: number): Uint8Array => new Uint8Array(count);

export function box(type: string, ...parts: readonly Part[]): Uint8Array {
  const body = concatBytes(...parts);
  return concatBytes(u32(8 + body.length), text(type), body);
}

export const fullBox = (type: string, versionAndFlags: number, ...parts: readonly Part[]): Uint8Array =>
  box(type, u32(versionAndFlags), ...parts);

/** With its size in 64 bits. */
export const largeBox = (type: string, size: number, ...parts: readonly Part[]): Uint8Array =>
  concatBytes(u32(1), text(type), u64(size), ...parts);

export const ftyp = (brand = 'iso5'): Uint8Array => box('ftyp', text(brand), u32(512), text('iso6'));

/** Version 1 of a flag field. */
export const v1 = 0x0100_0000;

export interface EntryOptions {
  readonly version?: number;
  readonly channels?: number;
  readonly bits?: number;
  readonly rate?: number;
}

/** An audio sample entry. */
export const entry = (
  type: string,
  extensions: Part = [],
  { version = 0, channels = 1, bits = 16, rate = 48_000 }: EntryOptions = {},
): Uint8Array =>
  box(
    type,
    zeros(6),
    u16(1),
    u16(version),
    zeros(6),
    u16(channels),
    u16(bits),
    zeros(4),
    u32(rate * 65_536),
    version === 1 ? zeros(16) : [],
    extensions,
  );

export const dOps = (preSkip = 312, channels = 1, mapping: readonly number[] = [0]): Uint8Array =>
  box('dOps', [0, channels], u16(preSkip), u32(48_000), u16(0), mapping);

export const opusEntry = (preSkip = 312): Uint8Array => entry('Opus', dOps(preSkip));

/** A descriptor, with its length in four bytes as most writers do. */
export const descriptor = (tag: number, ...parts: readonly Part[]): Uint8Array => {
  const body = concatBytes(...parts);
  return concatBytes([tag, 0x80, 0x80, 0x80, body.length], body);
};

export const esDescriptor = (objectType: number, config: readonly number[], flags: Part = [0]): Uint8Array =>
  descriptor(
    3,
    u16(1),
    flags,
    descriptor(4, [objectType, 0x15], zeros(11), config.length > 0 ? descriptor(5, config) : []),
    descriptor(6, [2]),
  );

export const esds = (objectType = 0x40, config: readonly number[] = [0x11, 0x88]): Uint8Array =>
  fullBox('esds', 0, esDescriptor(objectType, config));

export const aacEntry = (): Uint8Array => entry('mp4a', esds());

export const hdlr = (handler: string): Uint8Array => fullBox('hdlr', 0, u32(0), text(handler), zeros(13));

/** Boxes of `stbl` beside `stsd`; empty as in a movie whose media is in fragments. */
export const noTables = (): Uint8Array =>
  concatBytes(
    fullBox('stts', 0, u32(0)),
    fullBox('stsc', 0, u32(0)),
    fullBox('stsz', 0, u32(0), u32(0)),
    fullBox('stco', 0, u32(0)),
  );

export interface TrackOptions {
  readonly id?: number;
  readonly handler?: string;
  readonly timescale?: number;
  readonly entries?: readonly Uint8Array[];
  readonly tables?: Uint8Array;
  readonly elst?: Uint8Array;
  readonly descriptionVersion?: number;
}

export const trak = ({
  id = 1,
  handler = 'soun',
  timescale = 48_000,
  entries = [opusEntry()],
  tables = noTables(),
  elst,
  descriptionVersion = 0,
}: TrackOptions = {}): Uint8Array =>
  box(
    'trak',
    fullBox('tkhd', 3, u32(0), u32(0), u32(id), zeros(68)),
    elst ? box('edts', elst) : [],
    box(
      'mdia',
      fullBox('mdhd', 0, u32(0), u32(0), u32(timescale), u32(0), u32(0)),
      hdlr(handler),
      box('minf', box('stbl', fullBox('stsd', descriptionVersion, u32(entries.length), ...entries), tables)),
    ),
  );

export const mvhd = (timescale = 1_000): Uint8Array =>
  fullBox('mvhd', 0, u32(0), u32(0), u32(timescale), u32(0), zeros(80));

export const trex = (id: number, duration = 0, size = 0): Uint8Array =>
  fullBox('trex', 0, u32(id), u32(1), u32(duration), u32(size), u32(0));

/** A movie whose media follows in fragments. */
export const liveMovie = (traks: readonly Uint8Array[] = [trak()], trexes: readonly Uint8Array[] = [trex(1)]) =>
  box('moov', mvhd(), ...traks, box('mvex', ...trexes));

export interface RunOptions {
  /** From the base; without it the run follows on the one before. */
  readonly dataOffset?: number;
  readonly sizes?: readonly number[];
  readonly durations?: readonly number[];
  readonly count?: number;
  readonly firstFlags?: boolean;
}

export function trun({ dataOffset, sizes, durations, count, firstFlags = false }: RunOptions): Uint8Array {
  const flags =
    (dataOffset === undefined ? 0 : 1) | (firstFlags ? 4 : 0) | (durations ? 0x100 : 0) | (sizes ? 0x200 : 0);
  const rows = sizes?.length ?? durations?.length ?? count ?? 0;
  const table = Array.from({ length: sizes || durations ? rows : 0 }, (_, row) => [
    ...(durations ? u32(durations[row] ?? 0) : []),
    ...(sizes ? u32(sizes[row] ?? 0) : []),
  ]);
  return fullBox(
    'trun',
    flags,
    u32(count ?? rows),
    dataOffset === undefined ? [] : u32(dataOffset < 0 ? dataOffset + 2 ** 32 : dataOffset),
    firstFlags ? u32(0) : [],
    table.flat(),
  );
}

export const defaultBaseIsMoof = 0x2_00_00;

export interface PartOptions {
  readonly id?: number;
  readonly flags?: number;
  readonly base?: number;
  readonly duration?: number;
  readonly size?: number;
  readonly tfdt?: Uint8Array;
  readonly runs: readonly Uint8Array[];
}

export const traf = ({
  id = 1,
  flags = defaultBaseIsMoof,
  base,
  duration,
  size,
  tfdt,
  runs,
}: PartOptions): Uint8Array =>
  box(
    'traf',
    fullBox(
      'tfhd',
      flags | (base === undefined ? 0 : 1) | (duration === undefined ? 0 : 8) | (size === undefined ? 0 : 16),
      u32(id),
      base === undefined ? [] : u64(base),
      duration === undefined ? [] : u32(duration),
      size === undefined ? [] : u32(size),
    ),
    tfdt ?? [],
    ...runs,
  );

export const tfdt32 = (ticks: number): Uint8Array => fullBox('tfdt', 0, u32(ticks));
export const tfdt64 = (ticks: number): Uint8Array => fullBox('tfdt', v1, u64(ticks));

export const moof = (...trafs: readonly Uint8Array[]): Uint8Array => box('moof', fullBox('mfhd', 0, u32(1)), ...trafs);

/** A fragment of one track with one run, its media behind it. `make` gets the offset of the media from the `moof`. */
export function fragment(make: (dataOffset: number) => Uint8Array, ...media: readonly Uint8Array[]): Uint8Array {
  const { length } = make(0);
  return concatBytes(make(length + 8), box('mdat', ...media));
}

/** The usual one: 20 ms packets of Opus at 48 kHz. */
export const opusFragment = (ticks: number, packets: readonly Uint8Array[]): Uint8Array =>
  fragment(
    (dataOffset) =>
      moof(
        traf({
          duration: 960,
          tfdt: tfdt64(ticks),
          runs: [trun({ dataOffset, sizes: packets.map((packet) => packet.length) })],
        }),
      ),
    ...packets,
  );

/** The five tables of an `stbl`. */
export const tables = (parts: {
  readonly stts: readonly (readonly [count: number, duration: number])[];
  readonly stsc: readonly (readonly [first: number, samples: number])[];
  readonly sizes: Uint8Array;
  readonly offsets: Uint8Array;
}): Uint8Array =>
  concatBytes(
    fullBox('stts', 0, u32(parts.stts.length), parts.stts.flat().flatMap(u32)),
    fullBox(
      'stsc',
      0,
      u32(parts.stsc.length),
      parts.stsc.flatMap(([first, samples]) => [first, samples, 1].flatMap(u32)),
    ),
    parts.sizes,
    parts.offsets,
  );

export const stsz = (sizes: readonly number[], common = 0, count = sizes.length): Uint8Array =>
  fullBox('stsz', 0, u32(common), u32(count), sizes.flatMap(u32));

export const stco = (offsets: readonly number[]): Uint8Array =>
  fullBox('stco', 0, u32(offsets.length), offsets.flatMap(u32));

/** `[segment duration, media time]`; -1 as the time is an empty edit. */
export const elst = (...edits: readonly (readonly [duration: number, mediaTime: number])[]): Uint8Array =>
  fullBox(
    'elst',
    0,
    u32(edits.length),
    edits.flatMap(([duration, time]) => [...u32(duration), ...u32(time < 0 ? time + 2 ** 32 : time), ...u32(65_536)]),
  );

/** All that a demuxer finds in these pieces, its bytes kept. */
export function demuxed(demuxer: Demuxer, pieces: Iterable<Uint8Array>): TrackItem[] {
  const items: TrackItem[] = [];
  const keep = (found: Iterable<TrackItem>) => {
    for (const item of found)
      items.push(item.kind === 'packet' ? { ...item, bytes: Uint8Array.from(item.bytes) } : item);
  };
  for (const piece of pieces) keep(demuxer.read(piece));
  if (demuxer.end) keep(demuxer.end());
  return items;
}
