import { unsupportedAudio } from '../errors.ts';
import { type FrameItem, FrameReader } from '../frames/frame-reader.ts';
import { samplesToMs } from '../time.ts';
import type { Demuxer, TrackItem } from '../track.ts';
import { type Mp3Header, mp3 } from './header.ts';
import { decoderDelay, type Mp3Info, parseInfo } from './info.ts';

/** Where the sound ends, once the stream has said so. */
interface Ending {
  /** Frames yet to come. */
  frames: number;
  /** Samples at the end of the last of them, and of the ones before it, that are padding. */
  readonly padding: number;
}

/** MPEG audio of layer III, as it arrives, to its frames. Each Xing, Info or VBRI frame begins a new track. */
export class Mp3Demuxer implements Demuxer {
  readonly #frames = new FrameReader(mp3);
  #begun = false;
  #ending: Ending | undefined;

  /** Throws `unsupported_audio` for free format and the other layers, `bad_audio` where there are no frames. */
  *read(bytes: Uint8Array): Generator<TrackItem> {
    for (const item of this.#frames.read(bytes)) yield* this.#accept(item);
  }

  *end(): Generator<TrackItem> {
    for (const item of this.#frames.end()) yield* this.#accept(item);
  }

  *#accept(item: FrameItem<Mp3Header>): Generator<TrackItem> {
    const damage = 'The MP3 stream is damaged: bytes that are no frame of MPEG audio, layer III, were passed over.';
    if (item.kind === 'lost') {
      yield { kind: 'damage', message: damage };
      return;
    }
    const { bytes, header } = item;
    if (header.layer !== 3) {
      if (!this.#begun)
        throw unsupportedAudio(`The stream is MPEG audio of layer ${header.layer}; expected layer 3 (MP3).`);
      yield { kind: 'damage', message: damage };
      return;
    }
    const info = parseInfo(bytes, header);
    if (info) {
      yield this.#begin(info, header);
      return;
    }
    if (!this.#begun) yield this.#begin({ frames: 0 }, header);
    yield this.#packet(bytes, header);
  }

  #begin({ frames, padding }: Mp3Info, { sampleRate }: Mp3Header): TrackItem {
    this.#begun = true;
    const format = { codec: 'mp3' } as const;
    // The decoder's own delay makes the beginning longer, and leaves as much less of the padding at the end.
    const behind = padding ? padding.behind - decoderDelay : 0;
    this.#ending = frames > 0 && behind > 0 ? { frames, padding: behind } : undefined;
    return padding
      ? { kind: 'track', format, skipMs: samplesToMs(padding.before + decoderDelay, sampleRate) }
      : { kind: 'track', format };
  }

  #packet(bytes: Uint8Array, { samples, sampleRate }: Mp3Header): TrackItem {
    const ending = this.#ending;
    if (!ending) return { kind: 'packet', bytes };
    ending.frames--;
    if (ending.frames === 0) this.#ending = undefined;
    const discarded = Math.min(ending.padding - ending.frames * samples, samples);
    return discarded > 0
      ? { kind: 'packet', bytes, discardMs: samplesToMs(discarded, sampleRate) }
      : { kind: 'packet', bytes };
  }
}
