import { Gathered, readUint } from '../bytes.ts';
import { badAudio } from '../errors.ts';
import { type ElementRow, elements, id as ids, root, type Treatment } from './elements.ts';
import { allOnes, vintLength } from './vint.ts';

/** What the reader found. Bytes are valid until the next `read`. */
export type EbmlItem =
  | { readonly kind: 'open'; readonly id: number }
  | { readonly kind: 'close'; readonly id: number }
  | { readonly kind: 'value'; readonly id: number; readonly bytes: Uint8Array }
  /** A piece of a streamed element; `offset` is its place in it, `size` the element's. One of size 0 has one empty piece. */
  | {
      readonly kind: 'piece';
      readonly id: number;
      readonly bytes: Uint8Array;
      readonly offset: number;
      readonly size: number;
    };

/** A value is gathered in memory before it is passed on. */
const maxValueBytes = 1_048_576;

/** The longest id (4) and size (8) that EBML headers of WebM allow. */
const maxIdBytes = 4;
const maxSizeBytes = 8;

interface Open {
  readonly id: number;
  /** Where it ends at the latest: its own end, or for an endless one that of the element around it. */
  readonly end: number;
  readonly endless: boolean;
}

type State =
  | { readonly kind: 'header' }
  | { readonly kind: 'payload'; readonly id: number; readonly treatment: Treatment; readonly size: number };

/** EBML elements from bytes cut anywhere. Nothing waits for more than itself; what is skipped is never held. */
export class EbmlReader {
  readonly #header = new Uint8Array(maxIdBytes + maxSizeBytes);
  readonly #value = new Gathered();
  #headerBytes = 0;
  #open: Open[] = [];
  #state: State = { kind: 'header' };
  #done = 0;
  /** Bytes read so far: exact for 2^53 of them. */
  #position = 0;

  /** `within` are elements of unknown size in which the bytes begin. */
  constructor(within: readonly number[] = []) {
    this.#open = within.map((id) => ({ id, end: Number.POSITIVE_INFINITY, endless: true }));
  }

  get position(): number {
    return this.#position;
  }

  /** The elements that these bytes complete. Read it to its end; throws `bad_audio`, and is of no use thereafter. */
  *read(bytes: Uint8Array): Generator<EbmlItem> {
    let at = 0;
    for (;;) {
      if (this.#state.kind === 'payload') {
        const { id, treatment, size } = this.#state;
        const piece = bytes.subarray(at, at + size - this.#done);
        if (piece.length === 0 && this.#done < size) return;
        const offset = this.#done;
        at += piece.length;
        this.#position += piece.length;
        this.#done += piece.length;
        if (this.#done === size) this.#state = { kind: 'header' };
        if (treatment === 'stream') yield { kind: 'piece', id, bytes: piece, offset, size };
        if (treatment === 'value') {
          if (offset > 0 || piece.length < size) this.#value.append(piece);
          if (offset + piece.length === size) {
            yield { kind: 'value', id, bytes: piece.length === size ? piece : this.#value.take() };
          }
        }
        continue;
      }
      if (this.#headerBytes === 0) yield* this.#closeFinished();
      if (at === bytes.length) return;
      this.#header[this.#headerBytes++] = bytes[at++];
      this.#position++;
      const header = this.#parseHeader();
      if (!header) continue;
      this.#headerBytes = 0;
      yield* this.#begin(header.id, header.size);
    }
  }

  *#closeFinished(): Generator<EbmlItem> {
    for (let top = this.#open.at(-1); top && this.#position >= top.end; top = this.#open.at(-1)) {
      this.#open.pop();
      yield { kind: 'close', id: top.id };
    }
  }

  /** `size` is `undefined` where the element says that it is unknown. */
  #parseHeader(): { id: number; size: number | undefined } | undefined {
    const header = this.#header;
    const idBytes = vintLength(header[0]);
    if (idBytes > maxIdBytes) {
      throw badAudio(`The WebM stream is damaged: no element begins with the byte ${hex(header[0])}.`);
    }
    if (this.#headerBytes <= idBytes) return undefined;
    const sizeBytes = vintLength(header[idBytes]);
    if (sizeBytes > maxSizeBytes) throw badAudio('The WebM stream is damaged: an element has no valid size.');
    if (this.#headerBytes < idBytes + sizeBytes) return undefined;
    const id = readUint(header, 0, idBytes);
    const size = readUint(header, idBytes + 1, idBytes + sizeBytes, header[idBytes] & (0xff >> sizeBytes));
    return { id, size: size === allOnes(sizeBytes) ? undefined : size };
  }

  *#begin(id: number, size: number | undefined): Generator<EbmlItem> {
    const row = this.#rowInPlace(id);
    if (row) {
      for (let top = this.#open.at(-1); top && top.id !== row.parent; top = this.#open.at(-1)) {
        this.#open.pop();
        yield { kind: 'close', id: top.id };
      }
    } else if (this.#open.length === 0 && !globalIds.has(id)) {
      throw badAudio(`The WebM stream is damaged: element ${hex(id)} where a header or a segment was expected.`);
    }
    // A cluster has few kinds of children. What is none of them is damage, whose size would have half the stream skipped.
    if (this.#open.at(-1)?.id === ids.cluster && !elements.has(id) && !clusterExtras.has(id)) {
      throw badAudio(`The WebM stream is damaged: element ${hex(id)} in the midst of a cluster.`);
    }
    const limit = this.#open.at(-1)?.end ?? Number.POSITIVE_INFINITY;
    if (size === undefined && !row?.mayBeEndless) {
      throw badAudio(`The WebM stream is damaged: element ${hex(id)} is of unknown size.`);
    }
    const end = size === undefined ? limit : this.#position + size;
    if (end > limit) throw badAudio(`The WebM stream is damaged: element ${hex(id)} is larger than the one around it.`);
    const treatment = row?.treatment ?? 'skip';
    if (treatment === 'enter') {
      this.#open.push({ id, end, endless: size === undefined });
      yield { kind: 'open', id };
      return;
    }
    if (treatment === 'value' && end - this.#position > maxValueBytes) {
      throw badAudio(
        `The WebM stream is damaged: element ${hex(id)} has ${size} bytes, at most ${maxValueBytes} are expected.`,
      );
    }
    this.#done = 0;
    this.#state = { kind: 'payload', id, treatment, size: end - this.#position };
  }

  /** The row of an element if it may stand here. Elements of unknown size end where one begins that belongs further out. */
  #rowInPlace(id: number): ElementRow | undefined {
    const row = elements.get(id);
    // A recorder that starts again sends a new header, whatever the sizes before it promised.
    if (!row || id === ids.ebml) return row;
    for (let depth = this.#open.length - 1; depth >= 0; depth--) {
      if (this.#open[depth].id === row.parent) return row;
      if (!this.#open[depth].endless) return undefined;
    }
    return row.parent === root ? row : undefined;
  }
}

/** Void and CRC-32, which may stand anywhere. */
const globalIds: ReadonlySet<number> = new Set([0xec, 0xbf]);

/** What may stand in a cluster beside its blocks (RFC 9559, 5.1.3): PrevSize, Position, SilentTracks, EncryptedBlock. */
const clusterExtras: ReadonlySet<number> = new Set([...globalIds, 0xab, 0xa7, 0x5854, 0xaf]);

const hex = (value: number): string => `0x${value.toString(16)}`;
