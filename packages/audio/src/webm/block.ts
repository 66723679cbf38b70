import { Gathered } from '../bytes.ts';
import { AudioError, badAudio } from '../errors.ts';
import type { EbmlItem } from './ebml.ts';
import { allOnes, readVint, vintLength } from './vint.ts';

type Piece = Extract<EbmlItem, { kind: 'piece' }>;

/** A block is gathered piece by piece and its packets go out as they are complete; this bounds what a size may promise. */
const maxBlockBytes = 1_048_576;
/** The longest Opus packet has 48 frames of 1,275 bytes (RFC 6716, 3.2.5): a size beyond it is damage, to be noticed soon. */
export const maxOpusBlockBytes = 65_536;

/** The track, the time and the flags, which end before the sizes of laced frames (RFC 9559, 10.1). */
interface BlockHeader {
  /** In ticks, relative to the cluster. */
  readonly ticks: number;
  readonly sizes: readonly number[];
  /** Where the first frame begins. */
  readonly start: number;
}

export type BlockItem =
  | {
      readonly kind: 'frame';
      readonly ticks: number;
      /** Valid until the next piece. */
      readonly bytes: Uint8Array;
    }
  /** The rest of the block passes by. */
  | { readonly kind: 'damaged'; readonly message: string }
  /** No block is so large: its size is damaged, and `bytes` is what has come of it. */
  | { readonly kind: 'oversize'; readonly message: string; readonly bytes: Uint8Array };

type State =
  | { readonly kind: 'header' }
  | { readonly kind: 'frames'; readonly header: BlockHeader; next: number; at: number }
  /** A block of another track passes by. */
  | { readonly kind: 'passing' };

/** The frames of one track's blocks, each in the piece that completes it. */
export class BlockReader {
  /** Where it is not known, the first block's. */
  #track: number | undefined;
  readonly #pending = new Gathered();
  readonly #maxBytes: number;
  #state: State = { kind: 'header' };

  constructor(track: number | undefined, maxBytes = maxBlockBytes) {
    this.#track = track;
    this.#maxBytes = maxBytes;
  }

  /** Lets the rest of a damaged block pass by. */
  skip(): void {
    this.#pending.clear();
    this.#state = { kind: 'passing' };
  }

  *read(piece: Piece): Generator<BlockItem> {
    const { bytes, offset, size } = piece;
    if (offset === 0) {
      this.#pending.clear();
      this.#state = { kind: 'header' };
    }
    const complete = offset + bytes.length === size;
    if (this.#pending.length > 0) this.#pending.append(bytes);
    const block = this.#pending.length > 0 ? this.#pending.view() : bytes;
    if (this.#state.kind === 'header') {
      const track = this.#readTrack(block);
      if (track === 'ours' && size > this.#maxBytes) {
        const message = `The WebM stream is damaged: a block has ${size} bytes, at most ${this.#maxBytes} are expected.`;
        yield { kind: 'oversize', message, bytes: block.slice() };
        return;
      }
      try {
        this.#state = track === 'other' ? { kind: 'passing' } : readHeader(block, size, complete);
      } catch (error) {
        if (!(error instanceof AudioError)) throw error;
        this.skip();
        yield { kind: 'damaged', message: error.message };
      }
    }
    if (this.#state.kind === 'passing') {
      this.#pending.clear();
      return;
    }
    if (this.#state.kind === 'frames') yield* completed(this.#state, block);
    if (!complete && this.#pending.length === 0) this.#pending.append(bytes);
  }

  #readTrack(block: Uint8Array): 'ours' | 'other' | 'unknown' {
    const track = readVint(block, 0);
    if (track === undefined || Number.isNaN(track)) return 'unknown';
    this.#track ??= track;
    return track === this.#track ? 'ours' : 'other';
  }
}

function readHeader(block: Uint8Array, size: number, complete: boolean): State {
  const header = parseHeader(block, size);
  if (header) return { kind: 'frames', header, next: 0, at: header.start };
  if (complete) throw badAudio('The WebM stream is damaged: a block ends within its header.');
  return { kind: 'header' };
}

function* completed(state: Extract<State, { kind: 'frames' }>, block: Uint8Array): Generator<BlockItem> {
  const { ticks, sizes } = state.header;
  while (state.next < sizes.length && state.at + sizes[state.next] <= block.length) {
    const end = state.at + sizes[state.next++];
    yield { kind: 'frame', ticks, bytes: block.subarray(state.at, end) };
    state.at = end;
  }
}

const damagedLacing = (): Error => badAudio('The WebM stream is damaged: the laced frames do not fit their block.');

/** `undefined` while bytes are missing. `size` is the whole block's, from which the last frame's follows. */
function parseHeader(block: Uint8Array, size: number): BlockHeader | undefined {
  if (block.length === 0) return undefined;
  const trackBytes = vintLength(block[0]);
  if (trackBytes > 8) throw badAudio('The WebM stream is damaged: a block names no valid track.');
  const flags = block[trackBytes + 2];
  if (flags === undefined) return undefined;
  const ticks = new DataView(block.buffer, block.byteOffset).getInt16(trackBytes);
  const lacing = (flags >> 1) & 3;
  let at = trackBytes + 3;
  if (lacing === 0) return { ticks, sizes: [size - at], start: at };
  const stated = block[at++];
  if (stated === undefined) return undefined;
  const count = stated + 1;
  const sizes: number[] = [];
  let sum = 0;
  if (lacing !== fixedLacing) {
    let previous: number | undefined;
    while (sizes.length < count - 1) {
      const laced = lacing === xiphLacing ? readXiphSize(block, at) : readEbmlSize(block, at, previous);
      if (!laced) return undefined;
      at = laced.at;
      sum += laced.size;
      if (!(laced.size >= 0 && at + sum <= size)) throw damagedLacing();
      sizes.push(laced.size);
      previous = laced.size;
    }
  }
  const rest = size - at - sum;
  const each = lacing === fixedLacing ? rest / count : rest;
  if (each < 0 || !Number.isInteger(each)) throw damagedLacing();
  while (sizes.length < count) sizes.push(each);
  return { ticks, sizes, start: at };
}

const xiphLacing = 1;
const fixedLacing = 2;

interface LacedSize {
  readonly size: number;
  readonly at: number;
}

function readXiphSize(block: Uint8Array, from: number): LacedSize | undefined {
  let size = 0;
  for (let at = from; at < block.length; at++) {
    size += block[at];
    // The header is read again with each piece until it is complete, so it may not be as long as the block.
    if (size > maxBlockBytes) throw damagedLacing();
    if (block[at] < 255) return { size, at: at + 1 };
  }
  return undefined;
}

/** The first size as it is, the others as the difference from the one before, offset to be signed. */
function readEbmlSize(block: Uint8Array, from: number, previous: number | undefined): LacedSize | undefined {
  const value = readVint(block, from);
  if (value === undefined) return undefined;
  if (Number.isNaN(value)) throw damagedLacing();
  const length = vintLength(block[from]);
  const size = previous === undefined ? value : previous + value - (allOnes(length) - 1) / 2;
  return { size, at: from + length };
}
