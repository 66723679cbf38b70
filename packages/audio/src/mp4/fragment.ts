import { badAudio } from '../errors.ts';
import { type Box, childBoxes, fullBox, required } from './box.ts';
import { Fields } from './fields.ts';
import { type MediaSample, mergedSamples, type Run } from './media.ts';
import type { Defaults } from './movie.ts';

/** What the movie says of its fragments. */
export interface FragmentContext {
  readonly trackId: number;
  readonly defaults: Defaults;
  /** Ticks at which the fragment begins unless it says so itself. */
  readonly clock: number;
  /** Where the `moof` begins. */
  readonly start: number;
  /** Whether offsets from the beginning of the file can be believed. */
  readonly fileOffsets: boolean;
  /** PCM: the samples of a run are joined to one. */
  readonly merged: boolean;
}

export interface Fragment {
  /** Of the track that is decoded. */
  readonly runs: readonly Run[];
  /** Ticks at which it ends. */
  readonly clock: number;
}

/** Flags of `tfhd` and `trun` (ISO/IEC 14496-12, 8.8.7 and 8.8.8). */
const tfhdFlag = { baseOffset: 0x1, description: 0x2, duration: 0x8, size: 0x10, baseIsFragment: 0x2_00_00 };
const trunFlag = { dataOffset: 0x1, firstFlags: 0x4, duration: 0x100, size: 0x200, flags: 0x400, composition: 0x800 };

/** The header of one track's part of a fragment. */
interface TrackPart {
  readonly base: number;
  readonly defaults: Defaults;
}

interface ParsedRun extends Run {
  readonly bytes: number;
  readonly ticks: number;
}

/** Reads a `moof`. Throws `bad_audio` where it makes no sense. The runs read its bytes, which have to stay. */
export function parseFragment(moof: Uint8Array, context: FragmentContext): Fragment {
  const runs: Run[] = [];
  let { clock } = context;
  // Without a base of its own, a track's part goes on where the one before ends (8.8.7.1).
  let dataEnd = context.start;
  for (const { type, body } of childBoxes(moof)) {
    if (type !== 'traf') continue;
    const boxes = [...childBoxes(body)];
    const header = required(boxes.find((box) => box.type === 'tfhd')?.body, 'tfhd');
    const { fields, flags } = fullBox(header, 'tfhd');
    const ours = fields.u32() === context.trackId;
    const part = parseHeader(fields, flags, context, dataEnd);
    const time = boxes.find((box) => box.type === 'tfdt');
    if (ours && time) clock = parseDecodeTime(time);
    dataEnd = part.base;
    for (const run of parseRuns(boxes, part, clock, context.merged)) {
      dataEnd = run.offset + run.bytes;
      if (!ours) continue;
      runs.push(run);
      clock += run.ticks;
    }
  }
  return { runs, clock };
}

function parseHeader(fields: Fields, flags: number, context: FragmentContext, dataEnd: number): TrackPart {
  const stated = flags & tfhdFlag.baseOffset ? fields.u64() : undefined;
  const isRelative = (flags & tfhdFlag.baseIsFragment) !== 0 || (stated !== undefined && !context.fileOffsets);
  if (flags & tfhdFlag.description) fields.skip(4);
  const duration = flags & tfhdFlag.duration ? fields.u32() : context.defaults.duration;
  const size = flags & tfhdFlag.size ? fields.u32() : context.defaults.size;
  return { base: isRelative ? context.start : (stated ?? dataEnd), defaults: { duration, size } };
}

function parseDecodeTime({ body }: Box): number {
  const { version, fields } = fullBox(body, 'tfdt');
  return version === 1 ? fields.u64() : fields.u32();
}

function* parseRuns(boxes: readonly Box[], part: TrackPart, clock: number, merged: boolean): Generator<ParsedRun> {
  let offset = part.base;
  let at = clock;
  for (const { type, body } of boxes) {
    if (type !== 'trun') continue;
    const run = parseRun(body, part, offset, at, merged);
    offset = run.offset + run.bytes;
    at += run.ticks;
    yield run;
  }
}

function parseRun(body: Uint8Array, part: TrackPart, follows: number, at: number, merged: boolean): ParsedRun {
  const { flags, fields } = fullBox(body, 'trun');
  const count = fields.u32();
  const offset = flags & trunFlag.dataOffset ? part.base + fields.i32() : follows;
  if (flags & trunFlag.firstFlags) fields.skip(4);
  const rows = new Rows(fields.rest(), count, flags, part.defaults);
  const { bytes, ticks } = rows.sum();
  const samples =
    merged && !rows.hasSizes ? mergedSamples(count, part.defaults.size, at, part.defaults.duration) : rows.samples(at);
  return { offset, bytes, ticks, samples };
}

/** The rows of a `trun`: for each sample those of its fields that the flags name. */
class Rows {
  readonly #view: DataView;
  readonly #count: number;
  readonly #rowBytes: number;
  readonly #durationAt: number | undefined;
  readonly #sizeAt: number | undefined;
  readonly #defaults: Defaults;

  constructor(bytes: Uint8Array, count: number, flags: number, defaults: Defaults) {
    const words = [trunFlag.duration, trunFlag.size, trunFlag.flags, trunFlag.composition].filter(
      (flag) => flags & flag,
    );
    const place = (flag: number) => (words.includes(flag) ? words.indexOf(flag) * 4 : undefined);
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#count = count;
    this.#rowBytes = words.length * 4;
    this.#durationAt = place(trunFlag.duration);
    this.#sizeAt = place(trunFlag.size);
    this.#defaults = defaults;
    if (count * this.#rowBytes > bytes.length) {
      throw badAudio(
        `The MP4 stream is damaged: a fragment states ${count} packets and has ${bytes.length} bytes to describe them.`,
      );
    }
  }

  get hasSizes(): boolean {
    return this.#sizeAt !== undefined;
  }

  /** Bytes and ticks of all. Rows are looked at only where they say something, since any number of others costs no byte. */
  sum(): { bytes: number; ticks: number } {
    return {
      bytes: this.#sum(this.#sizeAt, this.#defaults.size),
      ticks: this.#sum(this.#durationAt, this.#defaults.duration),
    };
  }

  *samples(from: number): Generator<MediaSample, void> {
    // Without sizes every sample is as large as the default; of nothing there may be any number.
    if (!this.hasSizes && this.#defaults.size === 0) return;
    let at = from;
    for (let row = 0; row < this.#count; row++) {
      const duration = this.#read(row, this.#durationAt, this.#defaults.duration);
      yield { size: this.#read(row, this.#sizeAt, this.#defaults.size), at, duration };
      at += duration;
    }
  }

  #read(row: number, place: number | undefined, otherwise: number): number {
    return place === undefined ? otherwise : this.#view.getUint32(row * this.#rowBytes + place);
  }

  #sum(place: number | undefined, each: number): number {
    if (place === undefined) return this.#count * each;
    let sum = 0;
    for (let row = 0; row < this.#count; row++) sum += this.#read(row, place, 0);
    return sum;
  }
}
