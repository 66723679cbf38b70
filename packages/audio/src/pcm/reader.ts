import { audible } from '../samples.ts';
import type { MonoSamples } from '../track.ts';
import type { SampleType } from './format.ts';
import { aLawSamples, muLawSamples } from './g711.ts';

/** Interleaved samples of whole frames, out of bytes that begin where a typed array may. */
type Unpack = (bytes: Uint8Array, samples: number) => MonoSamples;

interface Row {
  readonly sampleBytes: number;
  readonly unpack: Unpack;
}

const viewOf = ({ buffer, byteOffset, byteLength }: Uint8Array): DataView =>
  new DataView(buffer, byteOffset, byteLength);

function ints(sampleBytes: number, read: (view: DataView, at: number) => number): Row {
  return {
    sampleBytes,
    unpack(bytes, samples) {
      const view = viewOf(bytes);
      const unpacked = new Int16Array(samples);
      for (let i = 0, at = 0; i < samples; i++, at += sampleBytes) unpacked[i] = read(view, at);
      return unpacked;
    },
  };
}

function floats(sampleBytes: number, read: (view: DataView, at: number) => number): Row {
  return {
    sampleBytes,
    unpack(bytes, samples) {
      const view = viewOf(bytes);
      const unpacked = new Float32Array(samples);
      for (let i = 0, at = 0; i < samples; i++, at += sampleBytes) unpacked[i] = read(view, at);
      return unpacked;
    },
  };
}

const int24 = 2 ** 23;
const int32 = 2 ** 31;

/**
 * More than 16 bits become floats, so that nothing is rounded before the mix. Typed arrays read in the platform's order of
 * bytes, which is little-endian on every platform that Node and today's browsers run on.
 */
const rows: Record<SampleType, Row> = {
  u8: ints(1, (view, at) => (view.getUint8(at) - 128) * 256),
  s8: ints(1, (view, at) => view.getInt8(at) * 256),
  s16le: { sampleBytes: 2, unpack: ({ buffer, byteOffset }, samples) => new Int16Array(buffer, byteOffset, samples) },
  s16be: ints(2, (view, at) => view.getInt16(at)),
  s24le: floats(3, (view, at) => (view.getUint16(at, true) + view.getInt8(at + 2) * 65_536) / int24),
  s24be: floats(3, (view, at) => (view.getInt16(at) * 256 + view.getUint8(at + 2)) / int24),
  s32le: floats(4, (view, at) => view.getInt32(at, true) / int32),
  s32be: floats(4, (view, at) => view.getInt32(at) / int32),
  f32le: { sampleBytes: 4, unpack: ({ buffer, byteOffset }, samples) => new Float32Array(buffer, byteOffset, samples) },
  f32be: floats(4, (view, at) => view.getFloat32(at)),
  f64le: floats(8, (view, at) => view.getFloat64(at, true)),
  f64be: floats(8, (view, at) => view.getFloat64(at)),
  mulaw: ints(1, (view, at) => muLawSamples[view.getUint8(at)]),
  alaw: ints(1, (view, at) => aLawSamples[view.getUint8(at)]),
};

/** Raw PCM to mono. A frame (one sample of each channel) that is split over two messages is completed by the second. */
export class PcmReader {
  readonly #row: Row;
  readonly #channels: number;
  readonly #frameBytes: number;
  /** The beginning of an incomplete frame: always shorter than one. */
  readonly #carry: Uint8Array;
  #carried = 0;
  #aligned = new Uint8Array(0);

  constructor(type: SampleType, channels: number) {
    this.#row = rows[type];
    this.#channels = channels;
    this.#frameBytes = this.#row.sampleBytes * channels;
    this.#carry = new Uint8Array(this.#frameBytes);
  }

  /** The complete frames as mono, floats as they came; valid until the next `read`, and only as long as `bytes`: mono PCM is not copied. */
  read(bytes: Uint8Array): MonoSamples {
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
    const samples = this.#row.unpack(whole, frames * this.#channels);
    return samples instanceof Int16Array ? mixInts(samples, this.#channels) : mixFloats(samples, this.#channels);
  }

  /** The first `length` bytes of carry and `bytes`, where a typed array may begin; a copy only if they are not already. */
  #whole(bytes: Uint8Array, length: number): Uint8Array {
    if (this.#carried === 0 && bytes.byteOffset % this.#row.sampleBytes === 0) return bytes.subarray(0, length);
    if (this.#aligned.length < length) this.#aligned = new Uint8Array(length);
    this.#aligned.set(this.#carry.subarray(0, this.#carried));
    this.#aligned.set(bytes.subarray(0, length - this.#carried), this.#carried);
    return this.#aligned.subarray(0, length);
  }
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
