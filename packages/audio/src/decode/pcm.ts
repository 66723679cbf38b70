import type { PcmEncoding } from '../format.ts';
import { PcmReader } from '../pcm.ts';
import { Resampler } from '../resample/resampler.ts';
import type { Decoder } from './decoder.ts';

export interface PcmFormat {
  readonly encoding: PcmEncoding;
  /** Hz. */
  readonly sampleRate: number;
  readonly channels: number;
}

/** Raw samples. Mono `pcm16` at the engine's rate passes through uncopied. */
export class PcmDecoder implements Decoder {
  readonly #reader: PcmReader;
  readonly #resampler: Resampler;

  constructor(format: PcmFormat, sampleRate: number) {
    this.#reader = new PcmReader(format.encoding, format.channels);
    this.#resampler = new Resampler(format.sampleRate, sampleRate);
  }

  push(bytes: Uint8Array): Int16Array {
    return this.#resampler.push(this.#reader.read(bytes));
  }

  end(): Int16Array {
    return this.#resampler.flush();
  }

  free(): void {}
}
