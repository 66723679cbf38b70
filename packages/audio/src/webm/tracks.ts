import { badAudio, unsupportedAudio } from '../errors.ts';
import { type OpusHead, parseOpusHead } from '../opus/head.ts';
import type { EbmlItem } from './ebml.ts';
import { id } from './elements.ts';
import { readUint } from './vint.ts';

/** The track that is decoded. */
export interface AudioTrack {
  readonly number: number;
  readonly head: OpusHead;
}

interface Entry {
  number?: number;
  type?: number;
  codec?: string;
  codecPrivate?: Uint8Array;
  encoded?: boolean;
}

const audioType = 2;

/** Reads `Tracks` and chooses the first audio track in Opus. Of the others it remembers one codec's name, for the message. */
export class TrackChooser {
  #entry: Entry = {};
  #chosen: AudioTrack | undefined;
  #otherCodec: string | undefined;

  accept(item: EbmlItem): void {
    if (item.kind === 'open' && item.id === id.trackEntry) this.#entry = {};
    if (item.kind === 'open' && item.id === id.contentEncodings) this.#entry.encoded = true;
    if (item.kind === 'close' && item.id === id.trackEntry) this.#choose(this.#entry);
    if (item.kind !== 'value') return;
    if (item.id === id.trackNumber) this.#entry.number = readUint(item.bytes);
    if (item.id === id.trackType) this.#entry.type = readUint(item.bytes);
    if (item.id === id.codecId) this.#entry.codec = asciiName(item.bytes);
    // The bytes are the reader's only until its next chunk.
    if (item.id === id.codecPrivate) this.#entry.codecPrivate = item.bytes.slice();
  }

  /** The choice, once `Tracks` has ended. Throws `unsupported_audio` when there is none. */
  chosen(): AudioTrack {
    if (this.#chosen) return this.#chosen;
    throw unsupportedAudio(
      this.#otherCodec
        ? `The WebM audio is in the codec ${this.#otherCodec}; expected Opus (A_OPUS).`
        : 'The WebM stream has no audio track; expected one in Opus.',
    );
  }

  #choose({ number, type, codec, codecPrivate, encoded }: Entry): void {
    if (this.#chosen || type !== audioType) return;
    if (codec !== 'A_OPUS') {
      this.#otherCodec ??= codec ?? 'unknown';
      return;
    }
    if (encoded)
      throw unsupportedAudio('The WebM audio track is compressed or encrypted as a whole; expected plain Opus.');
    if (number === undefined) throw badAudio('The WebM stream is damaged: its audio track has no number.');
    if (!codecPrivate) throw badAudio('The WebM stream is damaged: its Opus track has no Opus header (CodecPrivate).');
    this.#chosen = { number, head: parseOpusHead(codecPrivate) };
  }
}

/** A name to show to people: printable ASCII of a bounded length, whatever the bytes. */
export function asciiName(bytes: Uint8Array): string {
  const shown = bytes.subarray(0, 32).filter((code) => code > 0x20 && code < 0x7f);
  return String.fromCharCode(...shown);
}
