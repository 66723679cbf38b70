import { plainOpusHead } from '../opus/head.ts';
import type { Decoder } from './decoder.ts';
import { OpusSound } from './opus-sound.ts';

/** Raw Opus: one packet for each push. */
export class OpusPacketDecoder implements Decoder {
  readonly #sound: OpusSound;

  constructor(sampleRate: number) {
    this.#sound = new OpusSound(sampleRate);
  }

  push(packet: Uint8Array): Int16Array | Promise<Int16Array> {
    return this.#sound.opened ? this.#sound.decode(packet) : this.#pushFirst(packet);
  }

  end(): Int16Array {
    return this.#sound.end();
  }

  free(): void {
    this.#sound.free();
  }

  async #pushFirst(packet: Uint8Array): Promise<Int16Array> {
    await this.#sound.begin(plainOpusHead);
    return this.#sound.freed ? new Int16Array(0) : this.#sound.decode(packet);
  }
}
