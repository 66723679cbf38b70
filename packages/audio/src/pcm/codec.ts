import { checkChannels, checkSampleRate } from '../format.ts';
import type { Codec, MonoSamples } from '../track.ts';
import type { PcmFormat } from './format.ts';
import { PcmReader } from './reader.ts';

const nothing = new Int16Array(0);

/** PCM out of a container. A packet may be any piece of the data: a frame may be split over two. */
export class PcmCodec implements Codec {
  readonly sampleRate: number;
  readonly #reader: PcmReader;

  /** Throws `unsupported_audio` for a rate or a number of channels beyond the limits. */
  constructor({ type, sampleRate, channels }: PcmFormat) {
    checkSampleRate(sampleRate);
    checkChannels(channels, type);
    this.sampleRate = sampleRate;
    this.#reader = new PcmReader(type, channels);
  }

  decode(packet: Uint8Array): MonoSamples {
    return this.#reader.read(packet);
  }

  statedSamples(): number {
    return 0;
  }

  end(): MonoSamples {
    return nothing;
  }

  free(): void {}
}
