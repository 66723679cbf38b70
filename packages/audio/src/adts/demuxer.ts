import { unsupportedAudio } from '../errors.ts';
import { type FrameItem, FrameReader } from '../frames/frame-reader.ts';
import type { Demuxer, TrackItem } from '../track.ts';
import { type AdtsHeader, adts } from './header.ts';

/** ADTS, as it arrives, to raw access units of AAC. A change of the configuration begins a new track. */
export class AdtsDemuxer implements Demuxer {
  readonly #frames = new FrameReader(adts);
  #config: number | undefined;

  /** Throws `unsupported_audio` for what AAC in ADTS may hold but is not decoded, `bad_audio` where there is none. */
  *read(bytes: Uint8Array): Generator<TrackItem> {
    for (const item of this.#frames.read(bytes)) yield* this.#accept(item);
  }

  *end(): Generator<TrackItem> {
    for (const item of this.#frames.end()) yield* this.#accept(item);
  }

  *#accept(item: FrameItem<AdtsHeader>): Generator<TrackItem> {
    if (item.kind === 'lost') {
      yield { kind: 'damage', message: 'The AAC stream is damaged: bytes that are no ADTS frame were passed over.' };
      return;
    }
    const { config, headerBytes, rawDataBlocks } = item.header;
    if (config !== this.#config) {
      checkHeader(item.header);
      this.#config = config;
      yield { kind: 'track', format: { codec: 'aac', config: Uint8Array.of(config >> 8, config & 255) } };
    }
    // Not in the part of the header that is the same for all frames: a single one is damaged.
    if (rawDataBlocks === 1) yield { kind: 'packet', bytes: item.bytes.subarray(headerBytes) };
    else yield { kind: 'damage', message: 'The AAC stream is damaged: a frame states several access units.' };
  }
}

function checkHeader({ channelConfiguration, rawDataBlocks }: AdtsHeader): void {
  if (channelConfiguration === 0) {
    throw unsupportedAudio(
      'The AAC stream describes its channels by a program config element; expected one of the channel configurations 1 to 7.',
    );
  }
  if (rawDataBlocks > 1) {
    throw unsupportedAudio(`The AAC stream has ${rawDataBlocks} access units in one ADTS frame; expected 1.`);
  }
}
