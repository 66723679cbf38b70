import { unsupportedAudio } from '../errors.ts';
import { childBoxes } from './box.ts';
import { maxMovieBytes } from './box-reader.ts';
import { fourCharacters } from './fields.ts';

/** Reads `count` bytes of a file from `at` on; fewer at its end. */
export type ReadBytes = (at: number, count: number) => Promise<Uint8Array>;

/** A part of a file, from its byte `from` up to `to`. */
export interface FilePart {
  readonly from: number;
  readonly to: number;
}

/** Size, type, and a size of 64 bits where the first one is 1 (ISO/IEC 14496-12, 4.2). */
const longestHeader = 16;
/** Of other files nothing is to be expected; boxes of an MP4 are few where it is no stream. */
const mostBoxes = 10_000;

/** Boxes in which, however deep, the offsets of media stand. */
const containers = new Set(['trak', 'mdia', 'minf', 'stbl']);

/**
 * An MP4 file in an order in which it can be heard from its beginning, as parts of it and bytes: its index, which cameras
 * and phones write last, before its media. `undefined` for all other files. Throws `AudioError`.
 */
export async function indexFirst(
  read: ReadBytes,
  size: number,
): Promise<readonly (FilePart | Uint8Array)[] | undefined> {
  const found = await findIndexBehindMedia(read, size);
  if (!found) return undefined;
  const { media, index } = found;
  const length = index.to - index.from;
  if (length > maxMovieBytes) return undefined;
  const moved = shiftMedia(await read(index.from, length), index.from, length);
  return [{ from: 0, to: media }, moved, { from: media, to: index.from }, { from: index.to, to: size }];
}

interface Found {
  /** Where the first media begin. */
  readonly media: number;
  readonly index: FilePart;
}

async function findIndexBehindMedia(read: ReadBytes, size: number): Promise<Found | undefined> {
  let media: number | undefined;
  for (let at = 0, boxes = 0; at + 8 <= size && boxes < mostBoxes; boxes++) {
    const header = await read(at, longestHeader);
    const type = fourCharacters(header, 4);
    const to = at + boxSize(header, size - at);
    if ((boxes === 0) !== (type === 'ftyp') || to <= at || to > size) return undefined;
    if (type === 'mdat') media ??= at;
    if (type === 'moov') return media === undefined ? undefined : { media, index: { from: at, to } };
    at = to;
  }
  return undefined;
}

/** 0 stands for all the rest. A size that is none, or of a header cut off, is 0. */
function boxSize(header: Uint8Array, rest: number): number {
  const view = new DataView(header.buffer, header.byteOffset, header.byteLength);
  const short = view.getUint32(0);
  if (short === 0) return rest;
  if (short !== 1) return short < 8 ? 0 : short;
  return header.length < longestHeader ? 0 : Number(view.getBigUint64(8));
}

/** A copy of the index `moov` in which media that lie before `before` lie `by` bytes later. */
function shiftMedia(moov: Uint8Array, before: number, by: number): Uint8Array {
  const moved = moov.slice();
  const headerBytes = new DataView(moved.buffer).getUint32(0) === 1 ? longestHeader : 8;
  shiftWithin(moved.subarray(headerBytes), before, by);
  return moved;
}

function shiftWithin(parent: Uint8Array, before: number, by: number): void {
  for (const { type, body } of childBoxes(parent)) {
    if (containers.has(type)) shiftWithin(body, before, by);
    if (type === 'stco') shiftOffsets(body, 4, before, by);
    if (type === 'co64') shiftOffsets(body, 8, before, by);
  }
}

/** Of a box that has after its version and flags a count and as many offsets, each of `width` bytes. */
function shiftOffsets(body: Uint8Array, width: 4 | 8, before: number, by: number): void {
  const view = new DataView(body.buffer, body.byteOffset, body.byteLength);
  // A count that promises more than there is, is for the demuxer to complain of.
  for (let at = 8; at + width <= body.length; at += width) {
    const offset = width === 4 ? view.getUint32(at) : Number(view.getBigUint64(at));
    if (offset >= before) continue;
    if (width === 8) view.setBigUint64(at, BigInt(offset + by));
    else if (offset + by < 2 ** 32) view.setUint32(at, offset + by);
    else
      throw unsupportedAudio('The MP4 file is too large to be heard with its index at the end; write that in front.');
  }
}
