import { asciiName, Gathered } from '../bytes.ts';
import { badAudio } from '../errors.ts';
import type { Demuxer, TrackItem } from '../track.ts';
import { parseWavFormat } from './format.ts';

/** Of `RIFF`, the size and `WAVE`; of a chunk's name and size. */
const riffBytes = 12;
const chunkBytes = 8;

/** A `fmt ` chunk has 16 to 40 bytes; some encoders append tables of theirs. */
const maxHeldBytes = 4_096;

/** Cover pictures and editing notes stand before the audio; more than this is no live audio. */
const maxBytesBeforeAudio = 16 * 1_048_576;

/** The size of a chunk that stands in the `ds64` chunk of RF64 (EBU Tech 3306); from a pipe: unknown. */
const notStated = 0xffff_ffff;
/** Encoders that cannot go back write 0 or the largest size that they know (sox: 2 GiB less the header). */
const believable = 0x7fff_0000;

type State =
  | { readonly kind: 'riff' }
  | { readonly kind: 'chunk'; readonly afterAudio: boolean }
  | { readonly kind: 'held'; readonly name: string; readonly size: number }
  | { readonly kind: 'skip'; left: number; readonly afterAudio: boolean }
  | { readonly kind: 'data'; left: number; readonly padded: boolean };

/** WAV and RF64 as they arrive; also without a stated length, and several after one another. */
export class WavDemuxer implements Demuxer {
  readonly #pending = new Gathered();
  #state: State = { kind: 'riff' };
  #longDataBytes: number | undefined;
  #hasFormat = false;
  #bytesBeforeAudio = 0;

  *read(bytes: Uint8Array): Generator<TrackItem> {
    let at = 0;
    while (at < bytes.length) {
      switch (this.#state.kind) {
        case 'riff':
        case 'chunk':
        case 'held': {
          const wanted = this.#wanted(this.#state) - this.#pending.length;
          this.#pending.append(bytes.subarray(at, at + wanted));
          this.#count(Math.min(wanted, bytes.length - at));
          at += wanted;
          if (at <= bytes.length) yield* this.#parse(this.#state);
          break;
        }
        case 'skip': {
          const skipped = Math.min(this.#state.left, bytes.length - at);
          this.#count(skipped);
          at += skipped;
          this.#state.left -= skipped;
          if (this.#state.left === 0) this.#state = { kind: 'chunk', afterAudio: this.#state.afterAudio };
          break;
        }
        case 'data': {
          const piece = bytes.subarray(at, at + this.#state.left);
          at += piece.length;
          this.#state.left -= piece.length;
          if (this.#state.left === 0) this.#leaveData(this.#state.padded);
          yield { kind: 'packet', bytes: piece };
          break;
        }
        default:
          this.#state satisfies never;
      }
    }
  }

  #count(bytes: number): void {
    this.#bytesBeforeAudio += bytes;
    if (this.#bytesBeforeAudio <= maxBytesBeforeAudio) return;
    throw badAudio(`The WAV stream holds no audio within ${maxBytesBeforeAudio} bytes.`);
  }

  #wanted(state: Extract<State, { kind: 'riff' | 'chunk' | 'held' }>): number {
    if (state.kind === 'held') return state.size;
    return state.kind === 'riff' ? riffBytes : chunkBytes;
  }

  *#parse(state: Extract<State, { kind: 'riff' | 'chunk' | 'held' }>): Generator<TrackItem> {
    const bytes = this.#pending.take();
    if (state.kind === 'held') yield* this.#keep(state.name, bytes);
    else if (state.kind === 'riff') this.#state = { kind: 'chunk', afterAudio: false };
    else if (state.afterAudio && !isTrailing(bytes)) yield* this.#goOn(bytes);
    else
      this.#enter(
        asciiName(bytes.subarray(0, 4)),
        new DataView(bytes.buffer, bytes.byteOffset).getUint32(4, true),
        state.afterAudio,
      );
  }

  #leaveData(padded: boolean): void {
    this.#state = padded ? { kind: 'skip', left: 1, afterAudio: true } : { kind: 'chunk', afterAudio: true };
  }

  /** A header written before its writer knew how much would follow: the audio goes on beyond what it states. */
  *#goOn(bytes: Uint8Array): Generator<TrackItem> {
    this.#bytesBeforeAudio = 0;
    this.#state = { kind: 'data', left: Number.POSITIVE_INFINITY, padded: false };
    yield { kind: 'damage', message: 'The WAV audio goes on beyond the length that its header states; it is decoded.' };
    yield { kind: 'packet', bytes };
  }

  #enter(name: string, size: number, afterAudio: boolean): void {
    if (name === 'RIFF' || name === 'RF64') {
      // Another file after the first one; four bytes of its header, "WAVE", are left.
      this.#hasFormat = false;
      this.#longDataBytes = undefined;
      this.#state = { kind: 'skip', left: riffBytes - chunkBytes, afterAudio: false };
      return;
    }
    if (name === 'data') {
      if (!this.#hasFormat) throw badAudio('The WAV stream is damaged: its audio comes before its format.');
      this.#bytesBeforeAudio = 0;
      this.#state = this.#data(size);
      return;
    }
    const held = name === 'fmt' || name === 'ds64';
    if (held && size > maxHeldBytes) {
      throw badAudio(
        `The WAV header is damaged: its "${name}" has ${size} bytes; at most ${maxHeldBytes} are expected.`,
      );
    }
    // Chunks begin on even addresses.
    const padded = size + (size % 2);
    if (padded === 0) this.#state = { kind: 'chunk', afterAudio };
    else this.#state = held ? { kind: 'held', name, size: padded } : { kind: 'skip', left: padded, afterAudio };
  }

  #data(stated: number): State {
    const size = stated === notStated ? this.#longDataBytes : stated;
    if (size === undefined || size === 0 || (size === stated && size >= believable)) {
      return { kind: 'data', left: Number.POSITIVE_INFINITY, padded: false };
    }
    return { kind: 'data', left: size, padded: size % 2 === 1 };
  }

  *#keep(name: string, body: Uint8Array): Generator<TrackItem> {
    this.#state = { kind: 'chunk', afterAudio: false };
    if (name === 'fmt') {
      this.#hasFormat = true;
      yield { kind: 'track', format: { codec: 'pcm', format: parseWavFormat(body) } };
      return;
    }
    if (body.length < 16) throw badAudio('The RF64 header is damaged: its sizes are incomplete.');
    const view = new DataView(body.buffer, body.byteOffset, body.byteLength);
    const dataBytes = Number(view.getBigUint64(8, true));
    this.#longDataBytes = dataBytes > 0 ? dataBytes : undefined;
  }
}

/** What writers append to the audio; anything else that follows it is more audio. */
const trailing: ReadonlySet<string> = new Set(
  'LIST RIFF RF64 data fact cue plst smpl inst bext iXML axml cart PEAK JUNK PAD id3 ID3 acid umid minf elm1 regn afsp _PMX levl'.split(
    ' ',
  ),
);

const isTrailing = (bytes: Uint8Array): boolean => trailing.has(asciiName(bytes.subarray(0, 4)));
