import { Gathered } from '../bytes.ts';
import { fourCharacters } from './fields.ts';
import { FragmentSearch, maxFragmentBytes } from './search.ts';

/** What the reader found at the top level. Positions count the bytes since the first one. */
export type BoxItem =
  /** A box begins; `size` is that of its body, infinite for one that lasts to the end. */
  | { readonly kind: 'begin'; readonly type: string; readonly start: number; readonly size: number }
  /** The body of a `moov` or `moof`; the bytes are the receiver's own. */
  | { readonly kind: 'whole'; readonly type: string; readonly start: number; readonly bytes: Uint8Array }
  /** Bytes of an `mdat` as they arrive. */
  | { readonly kind: 'media'; readonly bytes: Uint8Array; readonly position: number }
  /** No box begins here; the reader looks for the next fragment. */
  | { readonly kind: 'lost'; readonly message: string };

/** Seven hours of AAC at 48 kHz need this much for their table of sizes; more is not read from a header. */
export const maxMovieBytes = 7 * 1_048_576;
/** A box that is passed over; more than that without audio ends the stream anyhow. */
const maxPassedBytes = 8 * 1_048_576;

const plainHeaderBytes = 8;
const largeHeaderBytes = 16;

type State =
  | { readonly kind: 'header' }
  | { readonly kind: 'body'; readonly type: string; readonly start: number; left: number }
  | { readonly kind: 'lost'; readonly search: FragmentSearch };

const isHeld = (type: string): boolean => type === 'moov' || type === 'moof';

/** The boxes of a file from bytes cut anywhere (ISO/IEC 14496-12, 4.2). Only `moov` and `moof` are ever held. */
export class BoxReader {
  readonly #header = new Uint8Array(largeHeaderBytes);
  readonly #view = new DataView(this.#header.buffer);
  readonly #held = new Gathered();
  #headerBytes = 0;
  #state: State = { kind: 'header' };
  #position = 0;

  /** Bytes read so far. */
  get position(): number {
    return this.#position;
  }

  /** What these bytes complete; read it to its end. */
  *read(bytes: Uint8Array): Generator<BoxItem> {
    for (let at = 0; at < bytes.length; ) {
      const from = this.#position;
      const rest = bytes.subarray(at);
      switch (this.#state.kind) {
        case 'header':
          yield* this.#readHeader(rest);
          break;
        case 'body':
          yield* this.#readBody(this.#state, rest.subarray(0, this.#state.left));
          break;
        case 'lost':
          yield* this.#find(this.#state.search, rest);
          break;
        default:
          this.#state satisfies never;
      }
      at += this.#position - from;
    }
  }

  *#readHeader(bytes: Uint8Array): Generator<BoxItem> {
    const wanted = this.#headerBytes < plainHeaderBytes ? plainHeaderBytes : largeHeaderBytes;
    const piece = bytes.subarray(0, wanted - this.#headerBytes);
    this.#header.set(piece, this.#headerBytes);
    this.#headerBytes += piece.length;
    this.#position += piece.length;
    if (this.#headerBytes < wanted) return;
    const small = this.#view.getUint32(0);
    const length = small === 1 ? largeHeaderBytes : plainHeaderBytes;
    if (wanted < length) return;
    this.#headerBytes = 0;
    const size = small === 1 ? Number(this.#view.getBigUint64(8)) : small;
    const type = fourCharacters(this.#header, 4);
    const body = size === 0 ? Number.POSITIVE_INFINITY : size - length;
    if (!plausible(type, body)) {
      this.#state = { kind: 'lost', search: new FragmentSearch(this.#header.subarray(0, length)) };
      yield {
        kind: 'lost',
        message: `The MP4 stream is damaged: no box can begin at byte ${this.#position - length}.`,
      };
      return;
    }
    yield* this.#begin(type, this.#position - length, body);
  }

  *#begin(type: string, start: number, size: number): Generator<BoxItem> {
    this.#state = { kind: 'body', type, start, left: size };
    yield { kind: 'begin', type, start, size };
    if (size === 0) yield* this.#finish(type, start);
  }

  *#readBody(body: Extract<State, { kind: 'body' }>, piece: Uint8Array): Generator<BoxItem> {
    const position = this.#position;
    this.#position += piece.length;
    body.left -= piece.length;
    if (body.type === 'mdat') yield { kind: 'media', bytes: piece, position };
    if (isHeld(body.type)) this.#held.append(piece);
    if (body.left === 0) yield* this.#finish(body.type, body.start);
  }

  *#finish(type: string, start: number): Generator<BoxItem> {
    this.#state = { kind: 'header' };
    if (isHeld(type)) yield { kind: 'whole', type, start, bytes: this.#held.take() };
  }

  *#find(search: FragmentSearch, bytes: Uint8Array): Generator<BoxItem> {
    const found = search.read(bytes);
    this.#position += found?.consumed ?? bytes.length;
    if (!found) return;
    const { size, seen } = found;
    const start = this.#position - plainHeaderBytes - seen.length;
    this.#held.append(seen);
    this.#state = { kind: 'body', type: 'moof', start, left: size - plainHeaderBytes - seen.length };
    yield { kind: 'begin', type: 'moof', start, size: size - plainHeaderBytes };
  }
}

/** A type is four printable characters; the copyright sign begins those that QuickTime added. */
const printable = /^[\xa9 -~][ -~]{3}$/;

function plausible(type: string, size: number): boolean {
  if (!printable.test(type) || size < 0 || Number.isNaN(size)) return false;
  if (type === 'mdat') return true;
  // A header that is too large is no damage: the demuxer says so in its own words.
  if (type === 'moov') return Number.isSafeInteger(size);
  return size <= (type === 'moof' ? maxFragmentBytes : maxPassedBytes);
}
