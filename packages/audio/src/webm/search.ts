import { Gathered, readUint } from '../bytes.ts';
import { id } from './elements.ts';
import { readVint, vintLength } from './vint.ts';

/** Where a stream can be taken up again: at a header or a cluster, or within a cluster at a block. */
export type Foothold = 'element' | 'block';

type Match = Foothold | 'no' | 'so_far';

/** A block in a chain; 510 kbit/s make 3,825 bytes of 60 ms. */
const maxBlockBytes = 4_096;
/** By chance PCM holds one block's head in some 2^13 places; three that follow each other exactly, in 2^40 and more. */
const blocksInChain = 3;

/** Searches a damaged stream, or one that was joined in the middle, for the next foothold. Holds at most a chain of blocks. */
export class FootholdSearch {
  readonly #held = new Gathered();

  /** The stream from its first foothold on, once it has come. */
  read(bytes: Uint8Array): { readonly foothold: Foothold; readonly rest: Uint8Array } | undefined {
    this.#held.append(bytes);
    const held = this.#held.take();
    for (let at = 0; at < held.length; at++) {
      const match = matchAt(held, at);
      if (match === 'no') continue;
      if (match !== 'so_far') return { foothold: match, rest: held.subarray(at) };
      this.#held.append(held.subarray(at));
      return undefined;
    }
    return undefined;
  }
}

function matchAt(bytes: Uint8Array, at: number): Match {
  switch (bytes[at]) {
    case 0x1a:
      return matchParent(bytes, at, id.ebml, 0x42);
    case 0x1f:
      return matchParent(bytes, at, id.cluster, id.timestamp);
    case id.simpleBlock:
      return matchChain(bytes, at);
    default:
      return 'no';
  }
}

/** An element of four bytes' id, whose size is valid and whose first child begins as every writer has it begin. */
function matchParent(bytes: Uint8Array, at: number, wanted: number, child: number): Match {
  for (let i = 0; i < 4; i++) {
    const byte = bytes[at + i];
    if (byte === undefined) return 'so_far';
    if (byte !== Math.floor(wanted / 256 ** (3 - i)) % 256) return 'no';
  }
  const first = bytes[at + 4];
  if (first === undefined) return 'so_far';
  if (vintLength(first) > 8) return 'no';
  const inside = bytes[at + 4 + vintLength(first)];
  if (inside === undefined) return 'so_far';
  return inside === child ? 'element' : 'no';
}

/** Blocks of one track that follow each other, or one that a cluster follows. */
function matchChain(bytes: Uint8Array, from: number): Match {
  let at = from;
  let track: number | undefined;
  for (let blocks = 0; blocks < blocksInChain; blocks++) {
    const first = bytes[at];
    if (first === undefined) return 'so_far';
    if (blocks > 0 && first === 0x1f) {
      const cluster = matchParent(bytes, at, id.cluster, id.timestamp);
      return cluster === 'element' ? 'block' : cluster;
    }
    if (first !== id.simpleBlock) return 'no';
    const size = readVint(bytes, at + 1);
    if (size === undefined) return 'so_far';
    if (!(size > 4 && size <= maxBlockBytes)) return 'no';
    const head = at + 1 + vintLength(bytes[at + 1]);
    const flags = bytes[head + 3];
    if (flags === undefined) return 'so_far';
    // One byte of track number; three flags are reserved and 0 (RFC 9559, 10.2).
    track ??= readUint(bytes, head, head + 1);
    if (track !== bytes[head] || track <= 0x80 || (flags & 0x70) !== 0) return 'no';
    at = head + size;
  }
  return 'block';
}

/** Whether these bytes hold a foothold, in which case they are WebM without its beginning. */
export const hasFoothold = (bytes: Uint8Array): boolean => new FootholdSearch().read(bytes) !== undefined;

/** Whether these bytes begin with a header, and with what every writer has stand in it first. */
export const beginsWebm = (bytes: Uint8Array): boolean => matchParent(bytes, 0, id.ebml, 0x42) === 'element';
