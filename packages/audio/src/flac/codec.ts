import { checkChannels, checkSampleRate } from '../format.ts';
import type { Codec, MonoSamples } from '../track.ts';
import { decodeFrame, type Frame } from './frame.ts';
import { parseFrameHeader } from './header.ts';
import { parseStreamInfo, type StreamInfo } from './stream-info.ts';

/**
 * FLAC frames to mono. Mono of up to 16 bits comes as those very samples, anything else as floats.
 *
 * Decoded here and not by `@wasm-audio-decoders/flac` 0.2.11: that scales by 1 / 32,767, at 12 and 20 bits gives
 * infinities, refuses frames that leave their bits to STREAMINFO, and writes each damaged frame to the console.
 */
export function openFlac(streamInfo: Uint8Array): Promise<Codec> {
  return Promise.resolve().then(() => new FlacCodec(parseStreamInfo(streamInfo)));
}

class FlacCodec implements Codec {
  readonly #info: StreamInfo;
  #freed = false;

  constructor(info: StreamInfo) {
    checkSampleRate(info.sampleRate);
    checkChannels(info.channels, 'FLAC');
    this.#info = info;
  }

  get sampleRate(): number {
    return this.#info.sampleRate;
  }

  decode(packet: Uint8Array): MonoSamples | undefined {
    if (this.#freed) throw new Error('The FLAC decoder was freed.');
    const frame = decodeFrame(packet, this.#info);
    // A frame of another rate is none of this stream; the resampler behind it is made for one.
    if (!frame || frame.header.sampleRate !== this.#info.sampleRate) return undefined;
    return toMono(frame);
  }

  statedSamples(packet: Uint8Array): number {
    const header = parseFrameHeader(packet, this.#info);
    return header === undefined || header === 'incomplete' ? 0 : header.blockSize;
  }

  end(): MonoSamples {
    return new Int16Array(0);
  }

  free(): void {
    this.#freed = true;
  }
}

function toMono({ header: { bitsPerSample, blockSize }, channels }: Frame): MonoSamples {
  const [sum, ...others] = channels;
  for (const samples of others) add(samples, sum);
  const fullScale = 2 ** (bitsPerSample - 1);
  if (others.length > 0 || bitsPerSample > 16) {
    return scaled(sum, 1 / (channels.length * fullScale), new Float32Array(blockSize));
  }
  return scaled(sum, 32_768 / fullScale, new Int16Array(blockSize));
}

function add(samples: Float64Array, sum: Float64Array): void {
  for (let i = 0; i < sum.length; i++) sum[i] += samples[i];
}

function scaled(samples: Float64Array, factor: number, out: MonoSamples): MonoSamples {
  for (let i = 0; i < out.length; i++) out[i] = samples[i] * factor;
  return out;
}
