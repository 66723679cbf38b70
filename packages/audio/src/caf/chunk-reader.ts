import { Gathered } from '../bytes.ts';
import { badAudio, unsupportedAudio } from '../errors.ts';
import { fourCharacters } from '../mp4/fields.ts';

/** What the reader found. */
export type ChunkItem =
  /** The file header: at the beginning, and where a recorder began anew. */
  | { readonly kind: 'file' }
  /** A chunk that is held whole; the bytes are the receiver's own. */
  | { readonly kind: 'whole'; readonly type: string; readonly bytes: Uint8Array }
  /** The audio begins; its first 4 bytes, which count edits, have passed. */
  | { readonly kind: 'data' }
  /** Audio as it arrives. */
  | { readonly kind: 'media'; readonly bytes: Uint8Array };

/** The format, what its codec needs to begin, and the table of packets. */
const heldTypes: readonly string[] = ['desc', 'kuki', 'pakt'];

/** Two bytes for each packet of a recording of twelve hours. */
const maxHeldBytes = 4 * 1_048_576;

const fileHeaderBytes = 8;
const chunkHeaderBytes = 12;
/** The number of edits before the audio. */
const editCountBytes = 4;

type State =
  | { readonly kind: 'header' }
  | { readonly kind: 'held'; readonly type: string; left: number }
  | { readonly kind: 'skipped' | 'media'; left: number };

/** The chunks of a CAF file from bytes cut anywhere (Apple Core Audio Format Specification 1.0, "CAF File Structure"). */
export class ChunkReader {
  readonly #header = new Uint8Array(chunkHeaderBytes + editCountBytes);
  readonly #view = new DataView(this.#header.buffer);
  readonly #held = new Gathered();
  #headerBytes = 0;
  #wanted = fileHeaderBytes;
  #position = 0;
  #state: State = { kind: 'header' };

  /** Bytes read so far. */
  get position(): number {
    return this.#position;
  }

  /** What these bytes complete; read it to its end. */
  *read(bytes: Uint8Array): Generator<ChunkItem> {
    for (let at = 0; at < bytes.length; ) {
      const state = this.#state;
      const wanted = state.kind === 'header' ? this.#wanted - this.#headerBytes : state.left;
      const piece = bytes.subarray(at, at + wanted);
      at += piece.length;
      this.#position += piece.length;
      if (state.kind === 'header') {
        this.#header.set(piece, this.#headerBytes);
        this.#headerBytes += piece.length;
        if (piece.length === wanted) yield* this.#headerRead();
        continue;
      }
      state.left -= piece.length;
      if (state.kind === 'media' && piece.length > 0) yield { kind: 'media', bytes: piece };
      if (state.kind === 'held') this.#held.append(piece);
      if (state.left === 0) yield* this.#finish(state);
    }
  }

  /** Asks for more of the header until it is whole: the file's is shorter than a chunk's, that of the audio longer. */
  *#headerRead(): Generator<ChunkItem> {
    const type = fourCharacters(this.#header, 0);
    if (type === 'caff') {
      const version = this.#view.getUint16(4);
      if (version !== 1) throw unsupportedAudio(`CAF of version ${version} is not supported; expected 1.`);
      this.#next({ kind: 'header' });
      yield { kind: 'file' };
      return;
    }
    if (this.#position <= fileHeaderBytes) throw badAudio('The stream does not begin as CAF does, with "caff".');
    if (this.#headerBytes < chunkHeaderBytes) {
      this.#wanted = chunkHeaderBytes;
      return;
    }
    if (type === 'data' && this.#headerBytes === chunkHeaderBytes) {
      this.#wanted += editCountBytes;
      return;
    }
    yield* this.#begin(type, Number(this.#view.getBigInt64(4)));
  }

  *#begin(type: string, size: number): Generator<ChunkItem> {
    if (type === 'data') {
      // A recorder that does not know the size writes -1: the audio lasts to the end.
      if (size !== -1 && size < editCountBytes) throw nonsense(type, size);
      this.#next({ kind: 'media', left: size === -1 ? Number.POSITIVE_INFINITY : size - editCountBytes });
      yield { kind: 'data' };
      return;
    }
    const isHeld = heldTypes.includes(type);
    if (size < 0 || (isHeld && size > maxHeldBytes)) throw nonsense(type, size);
    this.#next(isHeld ? { kind: 'held', type, left: size } : { kind: 'skipped', left: size });
  }

  *#finish(state: State): Generator<ChunkItem> {
    this.#next({ kind: 'header' });
    if (state.kind === 'held') yield { kind: 'whole', type: state.type, bytes: this.#held.take() };
  }

  #next(state: State): void {
    this.#state = state;
    this.#headerBytes = 0;
    this.#wanted = fileHeaderBytes;
  }
}

const nonsense = (type: string, size: number): Error =>
  badAudio(`The CAF stream is damaged: a chunk ${JSON.stringify(type)} of ${size} bytes makes no sense.`);
