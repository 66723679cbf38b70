import { OpusDecoder, type OpusDecoderSampleRate } from 'opus-decoder';
import { badAudio } from '../errors.ts';
import type { OpusHead, OpusLayout } from './head.ts';
import { checkPacket, statedSamples } from './packet.ts';

const nativeRates: readonly OpusDecoderSampleRate[] = [8_000, 12_000, 16_000, 24_000, 48_000];

/** Opus counts its durations at this rate, whatever the decoder's. */
const clockRate = 48_000;

/** What `opus-decoder` 0.7 reads at once; it throws a RangeError for more. */
const maxBytesPerChannel = 3_840;

/** A second of the usual 20 ms packets: damage that lasts longer is no damage but another format. */
const maxBadInRow = 50;

/** The rate (Hz) at which Opus is decoded for `sampleRate`: that one, if libopus can, otherwise the full rate. */
export function opusRateFor(sampleRate: number): OpusDecoderSampleRate {
  return nativeRates.find((rate) => rate === sampleRate) ?? clockRate;
}

/** Opus packets to mono floats (full scale at 1), with the timeline kept: each packet yields its own duration. */
export class OpusStream {
  readonly sampleRate: OpusDecoderSampleRate;
  readonly layout: OpusLayout;
  #decoder: OpusDecoder<OpusDecoderSampleRate> | undefined;
  #skip = 0;
  #gain = 1;
  #badInRow = 0;

  private constructor(layout: OpusLayout, sampleRate: OpusDecoderSampleRate) {
    this.layout = layout;
    this.sampleRate = sampleRate;
    this.#decoder = new OpusDecoder({
      sampleRate,
      channels: layout.channels,
      streamCount: layout.streams,
      coupledStreamCount: layout.coupledStreams,
      channelMappingTable: [...layout.mapping],
    });
  }

  /** Opens a decoder for a target rate (Hz); its own `sampleRate` is the one of `opusRateFor`. Whoever opens it frees it. */
  static async open(head: OpusHead, sampleRate: number): Promise<OpusStream> {
    const stream = new OpusStream(head.layout, opusRateFor(sampleRate));
    await stream.#decoder?.ready;
    stream.restart(head);
    return stream;
  }

  /**
   * A stream of the same layout begins. The decoder's state stays: an encoder's first packet does not build on it, and a
   * client that restarts without end costs nothing this way.
   */
  restart(head: OpusHead): void {
    this.#skip = Math.round((head.preSkip * this.sampleRate) / clockRate);
    this.#gain = head.gain;
  }

  /**
   * The sound of one packet; silence of the duration it states when it cannot be decoded. Throws `bad_audio` after 50 such
   * packets in a row. The result is the caller's own.
   */
  decode(packet: Uint8Array): Float32Array {
    const decoded = this.#sound(packet);
    this.#badInRow = decoded ? 0 : this.#badInRow + 1;
    if (this.#badInRow >= maxBadInRow) throw badAudio(`${maxBadInRow} packets in a row are not Opus.`);
    const samples = decoded ?? new Float32Array(this.#samples(statedSamples(packet)));
    const skipped = Math.min(this.#skip, samples.length);
    this.#skip -= skipped;
    return samples.subarray(skipped);
  }

  /** Gives the memory back; may be called again. */
  free(): void {
    // The vendor's own `free` is neither safe to repeat nor noticed by a later decode.
    this.#decoder?.free();
    this.#decoder = undefined;
  }

  #samples(atClockRate: number): number {
    return (atClockRate * this.sampleRate) / clockRate;
  }

  #sound(packet: Uint8Array): Float32Array | undefined {
    if (!this.#decoder) throw new Error('The Opus decoder was freed.');
    const { channels, streams } = this.layout;
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
}
