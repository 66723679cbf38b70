/** What the header of the stream says. */
export interface SoundFormat {
  /** Hz. */
  readonly sampleRate: number;
  readonly channels: number;
}

/** The part of the header that has a fixed place: magic, where the sound begins, its length, encoding, rate, channels. */
const headerBytes = 24;
const sampleBytes = 4;
/** More of either is no output of ours, but a sign that the bytes are out of step. */
const maxChannels = 64;
const maxSoundAt = 1_024;

/** Sun's AU of big-endian floats, as ffmpeg writes it into a pipe, to the average of its channels. */
export class AuReader {
  #format: SoundFormat | undefined;
  /** Shorter than a header, or than one sample of each channel. */
  #carry: Uint8Array = new Uint8Array(0);

  /** `undefined` until the header has come. */
  get format(): SoundFormat | undefined {
    return this.#format;
  }

  /** The mono samples that these bytes complete. Throws an `Error` where they are no such stream. */
  read(bytes: Uint8Array): Float32Array {
    const all = this.#carry.length > 0 ? joined(this.#carry, bytes) : bytes;
    const from = this.#format ? 0 : this.#readHeader(all);
    const frameBytes = (this.#format?.channels ?? 1) * sampleBytes;
    const frames = this.#format ? Math.floor((all.length - from) / frameBytes) : 0;
    this.#carry = all.slice(from + frames * frameBytes);
    return mix(all, from, frames, this.#format?.channels ?? 1);
  }

  /** Where the sound begins, or 0 while the header is not whole. */
  #readHeader(bytes: Uint8Array): number {
    if (bytes.length < headerBytes) return 0;
    const view = new DataView(bytes.buffer, bytes.byteOffset);
    const soundAt = view.getUint32(4);
    const sampleRate = view.getUint32(16);
    const channels = view.getUint32(20);
    // ".snd"
    const sound = view.getUint32(0) === 0x2e736e64 && soundAt >= headerBytes && soundAt <= maxSoundAt;
    if (!sound || sampleRate === 0 || channels === 0 || channels > maxChannels) {
      throw new Error('The output of ffmpeg does not begin with the header of an AU stream.');
    }
    if (bytes.length < soundAt) return 0;
    this.#format = { sampleRate, channels };
    return soundAt;
  }
}

function mix(bytes: Uint8Array, from: number, frames: number, channels: number): Float32Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  const mono = new Float32Array(frames);
  for (let frame = 0, at = from; frame < frames; frame++) {
    let sum = 0;
    for (let channel = 0; channel < channels; channel++, at += sampleBytes) sum += view.getFloat32(at);
    mono[frame] = sum / channels;
  }
  return mono;
}

function joined(first: Uint8Array, second: Uint8Array): Uint8Array {
  const both = new Uint8Array(first.length + second.length);
  both.set(first);
  both.set(second, first.length);
  return both;
}
