import { asciiName, readUint } from '../bytes.ts';
import { badAudio, unsupportedAudio } from '../errors.ts';
import type { TrackFormat } from '../track.ts';
import { codecsExpected, readTrackFormat } from './codecs.ts';
import type { EbmlItem } from './ebml.ts';
import { id } from './elements.ts';
import { readFloat } from './vint.ts';

/** The track that is decoded. */
export interface AudioTrack {
  readonly number: number;
  readonly format: TrackFormat;
  /** What the encoder put in front, beside the pre-skip of an Opus head. */
  readonly skipMs: number;
}

interface Entry {
  number?: number;
  type?: number;
  codec?: string;
  codecPrivate?: Uint8Array;
  delayNs?: number;
  encoded?: boolean;
  /** The defaults of RFC 9559, 5.1.4.1.29. */
  sampleRate: number;
  channels: number;
  bits: number;
}

const newEntry = (): Entry => ({ sampleRate: 8_000, channels: 1, bits: 0 });

const audioType = 2;

/** Reads `Tracks` and chooses the first audio track that is decoded. Of the others it remembers one codec's name, for the message. */
export class TrackChooser {
  #entry = newEntry();
  #chosen: AudioTrack | undefined;
  #otherCodec: string | undefined;

  accept(item: EbmlItem): void {
    if (item.kind === 'open' && item.id === id.trackEntry) this.#entry = newEntry();
    if (item.kind === 'open' && item.id === id.contentEncodings) this.#entry.encoded = true;
    if (item.kind === 'close' && item.id === id.trackEntry) this.#choose(this.#entry);
    if (item.kind === 'value') this.#keep(item.id, item.bytes);
  }

  /** The choice, once `Tracks` has ended. Throws `unsupported_audio` when there is none. */
  chosen(): AudioTrack {
    if (this.#chosen) return this.#chosen;
    throw unsupportedAudio(
      this.#otherCodec
        ? `The WebM audio is in the codec ${this.#otherCodec}; ${codecsExpected}.`
        : `The WebM stream has no audio track; ${codecsExpected}.`,
    );
  }

  #keep(kept: number, bytes: Uint8Array): void {
    const entry = this.#entry;
    if (kept === id.trackNumber) entry.number = readUint(bytes);
    if (kept === id.trackType) entry.type = readUint(bytes);
    if (kept === id.codecId) entry.codec = asciiName(bytes);
    // The bytes are the reader's only until its next chunk.
    if (kept === id.codecPrivate) entry.codecPrivate = bytes.slice();
    if (kept === id.codecDelay) entry.delayNs = readUint(bytes);
    if (kept === id.samplingFrequency) entry.sampleRate = readFloat(bytes);
    if (kept === id.channels) entry.channels = readUint(bytes);
    if (kept === id.bitDepth) entry.bits = readUint(bytes);
  }

  #choose(entry: Entry): void {
    const { number, type, codec = 'unknown' } = entry;
    if (this.#chosen || type !== audioType) return;
    const format = entry.encoded ? undefined : readTrackFormat(codec, { codecPrivate: undefined, ...entry });
    if (!format) {
      this.#otherCodec ??= entry.encoded ? `${codec} (compressed or encrypted as a whole)` : codec;
      return;
    }
    if (number === undefined) throw badAudio('The WebM stream is damaged: its audio track has no number.');
    // Of Opus the delay is the pre-skip, told twice.
    const skipMs = format.codec === 'opus' ? 0 : (entry.delayNs ?? 0) / 1e6;
    this.#chosen = { number, format, skipMs };
  }
}
