import type { PcmEncoding } from './format.ts';
import { aLawSamples, muLawSamples } from './g711.ts';
import { audible } from './samples.ts';

const sampleBytes: Record<PcmEncoding, number> = { pcm16: 2, pcm_f32: 4, mulaw: 1, alaw: 1 };

/**
 * Raw PCM to mono. A frame (one sample of each channel) that is split over two messages is completed by the second.
 *
 * Samples of more than one byte are little-endian and are read through typed arrays, so the platform has to be
 * little-endian too; every platform that Node and today's browsers run on is.
 */
export class PcmReader {
  readonly #encoding: PcmEncoding;
  readonly #channels: number;
  readonly #frameBytes: number;
  /** The beginning of an incomplete frame: always shorter than one. */
  readonly #carry: Uint8Array;
  #carried = 0;
  #aligned = new Uint8Array(0);

  constructor(encoding: PcmEncoding, channels: number) {
    this.#encoding = encoding;
    this.#channels = channels;
    this.#frameBytes = sampleBytes[encoding] * channels;
    this.#carry = new Uint8Array(this.#frameBytes);
  }

  /** The complete frames as mono, floats as they came; valid until the next `read`, and only as long as `bytes`: mono PCM is not copied. */
  read(bytes: Uint8Array): Int16Array | Float32Array {
    const available = this.#carried + bytes.length;
    const frames = Math.floor(available / this.#frameBytes);
    if (frames === 0) {
      this.#carry.set(bytes, this.#carried);
      this.#carried = available;
      return new Int16Array(0);
    }
    const whole = this.#whole(bytes, frames * this.#frameBytes);
    this.#carried = available - whole.length;
    this.#carry.set(bytes.subarray(bytes.length - this.#carried));
    return this.#decode(whole, frames * this.#channels);
  }

  /** The first `length` bytes of carry and `bytes`, where a typed array may begin; a copy only if they are not already. */
  #whole(bytes: Uint8Array, length: number): Uint8Array {
    if (this.#carried === 0 && bytes.byteOffset % sampleBytes[this.#encoding] === 0) return bytes.subarray(0, length);
    if (this.#aligned.length < length) this.#aligned = new Uint8Array(length);
    this.#aligned.set(this.#carry.subarray(0, this.#carried));
    this.#aligned.set(bytes.subarray(0, length - this.#carried), this.#carried);
    return this.#aligned.subarray(0, length);
  }

  #decode(whole: Uint8Array, samples: number): Int16Array | Float32Array {
    const { buffer, byteOffset } = whole;
    const encoding = this.#encoding;
    switch (encoding) {
      case 'pcm16':
        return mixInts(new Int16Array(buffer, byteOffset, samples), this.#channels);
      case 'pcm_f32':
        return mixFloats(new Float32Array(buffer, byteOffset, samples), this.#channels);
      case 'mulaw':
        return mixInts(expand(whole, muLawSamples), this.#channels);
      case 'alaw':
        return mixInts(expand(whole, aLawSamples), this.#channels);
      default:
        return encoding satisfies never;
    }
  }
}

function expand(codes: Uint8Array, table: Int16Array): Int16Array {
  const samples = new Int16Array(codes.length);
  for (let i = 0; i < codes.length; i++) samples[i] = table[codes[i]];
  return samples;
}

function mixInts(interleaved: Int16Array, channels: number): Int16Array {
  if (channels === 1) return interleaved;
  const mono = new Int16Array(interleaved.length / channels);
  for (let frame = 0, at = 0; frame < mono.length; frame++) {
    let sum = 0;
    for (let channel = 0; channel < channels; channel++) sum += interleaved[at++];
    mono[frame] = Math.round(sum / channels);
  }
  return mono;
}

function mixFloats(interleaved: Float32Array, channels: number): Float32Array {
  if (channels === 1) return interleaved;
  const mono = new Float32Array(interleaved.length / channels);
  for (let frame = 0, at = 0; frame < mono.length; frame++) {
    let sum = 0;
    for (let channel = 0; channel < channels; channel++) sum += audible(interleaved[at++]);
    mono[frame] = sum / channels;
  }
  return mono;
}
