import type { PcmFormat } from '../pcm/format.ts';
import { PcmReader } from '../pcm/reader.ts';
import { Resampler } from '../resample/resampler.ts';
import type { Decoder } from './decoder.ts';

/** Raw samples. Mono 16-bit little-endian at the engine's rate passes through uncopied. */
export class PcmDecoder implements Decoder {
  readonly #reader: PcmReader;
  readonly #resampler: Resampler;

  constructor({ type, channels, sampleRate }: PcmFormat, engineRate: number) {
    this.#reader = new PcmReader(type, channels);
    this.#resampler = new Resampler(sampleRate, engineRate);
  }

  push(bytes: Uint8Array): Int16Array {
    return this.#resampler.reuse(this.#reader.read(bytes));
  }

  end(): Int16Array {
    return this.#resampler.flush();
  }

  free(): void {}
}
