import { OpusDecoder } from 'opus-decoder';
import type { Codec } from '../track.ts';
import type { OpusLayout } from './head.ts';
import { checkPacket, statedSamples } from './packet.ts';

/** Opus counts its durations at this rate, whatever the decoder's. */
const clockRate = 48_000;
/**
 * At its lower rates libopus shifts what its speech codec makes by some half a sample against 48 kHz (measured: 15 dB at
 * 16 kHz, 66 dB at 24 kHz), so that the lower engine rates are reached by the resampler, from here.
 */
const halfRate = 24_000;

/** What `opus-decoder` 0.7 reads at once; it throws a RangeError for more. */
const maxBytesPerChannel = 3_840;

const nothing = new Float32Array(0);

export interface OpusCodecOptions {
  readonly layout: OpusLayout;
  /** A factor. */
  readonly gain: number;
  /** Of the engine, Hz: nothing above its half need be decoded. */
  readonly engineRate: number;
}

/** Opus packets to mono floats, at 24 kHz where that is enough, otherwise at 48 kHz. */
export class OpusCodec implements Codec {
  readonly sampleRate: typeof clockRate | typeof halfRate;
  readonly #layout: OpusLayout;
  readonly #gain: number;
  #decoder: OpusDecoder<typeof clockRate | typeof halfRate> | undefined;

  private constructor({ layout, gain, engineRate }: OpusCodecOptions) {
    this.sampleRate = engineRate <= halfRate ? halfRate : clockRate;
    this.#layout = layout;
    this.#gain = gain;
    this.#decoder = new OpusDecoder({
      sampleRate: this.sampleRate,
      channels: layout.channels,
      streamCount: layout.streams,
      coupledStreamCount: layout.coupledStreams,
      channelMappingTable: [...layout.mapping],
    });
  }

  /** Whoever opens it frees it. */
  static async open(options: OpusCodecOptions): Promise<OpusCodec> {
    const codec = new OpusCodec(options);
    await codec.#decoder?.ready;
    return codec;
  }

  /** The result is the caller's own. */
  decode(packet: Uint8Array): Float32Array | undefined {
    if (!this.#decoder) throw new Error('The Opus decoder was freed.');
    const { channels, streams } = this.#layout;
    // The vendor conceals 120 ms for an empty packet, however short the ones before it.
    if (packet.length === 0) return undefined;
    const sound = checkPacket(packet, streams, maxBytesPerChannel * channels);
    if (!sound) return undefined;
    const expected = this.#samples(sound.samples);
    const plain = channels === 1 && this.#gain === 1 && sound.parts.length === 1;
    const mono = plain ? undefined : new Float32Array(expected);
    let at = 0;
    for (const part of sound.parts) {
      const { channelData, samplesDecoded, errors } = this.#decoder.decodeFrame(part);
      if (errors.length > 0 || at + samplesDecoded > expected) return undefined;
      if (!mono) return samplesDecoded === expected ? channelData[0] : undefined;
      for (const channel of channelData) {
        for (let i = 0; i < samplesDecoded; i++) mono[at + i] += (channel[i] * this.#gain) / channels;
      }
      at += samplesDecoded;
    }
    return at === expected ? mono : undefined;
  }

  statedSamples(packet: Uint8Array): number {
    return this.#samples(statedSamples(packet));
  }

  end(): Float32Array {
    return nothing;
  }

  free(): void {
    // The vendor's own `free` is neither safe to repeat nor noticed by a later decode.
    this.#decoder?.free();
    this.#decoder = undefined;
  }

  #samples(atClockRate: number): number {
    return (atClockRate * this.sampleRate) / clockRate;
  }
}
