import { FlacFrameEncoder, flacBlockSize } from '@live-transcribe/audio';

/** Blocks that wait to be used again: as many as some dozens of sessions need while they are written. */
const mostSpare = 256;

/** What all recordings of a server work with, since they use it for a moment only: encoders, and memory for blocks. */
export class Workshop {
  readonly #encoders = new Map<number, FlacFrameEncoder>();
  readonly #spare: Int16Array[] = [];

  /** The encoder for a rate: what it has encoded is to be copied before anybody else uses it. */
  encoder(sampleRate: number): FlacFrameEncoder {
    const known = this.#encoders.get(sampleRate);
    if (known) return known;
    const encoder = new FlacFrameEncoder(sampleRate);
    this.#encoders.set(sampleRate, encoder);
    return encoder;
  }

  /** A block of a frame's samples, with anything in it. */
  takeBlock(): Int16Array {
    return this.#spare.pop() ?? new Int16Array(flacBlockSize);
  }

  giveBack(block: Int16Array): void {
    if (this.#spare.length < mostSpare) this.#spare.push(block);
  }
}
