import { badAudio } from '../errors.ts';
import { joinSamples } from '../samples.ts';
import { WebmDemuxer } from '../webm/demuxer.ts';
import type { Decoder } from './decoder.ts';
import { OpusSound } from './opus-sound.ts';

/**
 * Two bytes of Opus may ask for 120 ms of concealment. An encoder that sends silence makes some 100 s of 32 KiB; more than
 * three times that is not sound but an attempt to have the server make audio without end.
 */
const sliceBytes = 32_768;
const maxSecondsPerSlice = 300;

/** WebM or Matroska with Opus. */
export class WebmDecoder implements Decoder {
  readonly #sampleRate: number;
  readonly #demuxer = new WebmDemuxer();
  readonly #sound: OpusSound;

  constructor(sampleRate: number) {
    this.#sampleRate = sampleRate;
    this.#sound = new OpusSound(sampleRate);
  }

  /** `bytes` must stay as they are until the promise resolves. */
  async push(bytes: Uint8Array): Promise<Int16Array> {
    const parts: Int16Array[] = [];
    let room = maxSecondsPerSlice * this.#sampleRate * Math.ceil(bytes.length / sliceBytes);
    for (const item of this.#demuxer.read(bytes)) {
      if (item.kind === 'track') {
        await this.#sound.begin(item.head);
        if (this.#sound.freed) break;
        continue;
      }
      const samples = this.#sound.decode(item.bytes);
      room -= samples.length;
      if (room < 0)
        throw badAudio(`The Opus packets claim more than ${maxSecondsPerSlice} s of sound in ${bytes.length} bytes.`);
      parts.push(samples);
    }
    return joinSamples(parts);
  }

  end(): Int16Array {
    return this.#sound.end();
  }

  free(): void {
    this.#sound.free();
  }
}
