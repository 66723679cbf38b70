/** One chunk of 100 ms at 24 or 16 kHz, or five of 20 ms, each with a little over: chunks seldom straddle blocks. */
const usualSamples = 2_432;
/** Of a block's end, at most this share is left empty rather than to cut what comes in two. */
const leftEmpty = 3 / 8;
/** Blocks that wait for any session to need them: 608 KiB. */
const mostSpare = 128;

const spare: Int16Array[] = [];

interface Block {
  readonly samples: Int16Array;
  /** Positions of the first sample, and after the last one. */
  readonly from: number;
  to: number;
}

/**
 * Audio by position, in blocks that sessions take from, and give back to, one another: one that has little to keep holds
 * little, and to grow copies nothing.
 */
export class AudioBlocks {
  readonly #blockSamples: number;
  readonly #blocks: Block[] = [];

  constructor(blockSamples = usualSamples) {
    this.#blockSamples = blockSamples;
  }

  /** Samples that there is memory for now. */
  get size(): number {
    return this.#blocks.length * this.#blockSamples;
  }

  /** Adds a copy of the first `count` samples at `position`, which is where those before end. */
  append(position: number, samples: Int16Array, count: number): void {
    for (let done = 0; done < count; ) {
      const block = this.#blockFor(position + done, count - done);
      const at = block.to - block.from;
      const length = Math.min(count - done, block.samples.length - at);
      block.samples.set(done === 0 && length === samples.length ? samples : samples.subarray(done, done + length), at);
      block.to += length;
      done += length;
    }
  }

  /** The samples from `from` on, at most `limit`, as far as they lie side by side. */
  view(from: number, limit: number): Int16Array {
    const block = this.#blockAt(from);
    if (block === undefined) return nothing;
    const at = from - block.from;
    return block.samples.subarray(at, at + Math.min(limit, block.to - from));
  }

  copy(from: number, to: number): Int16Array {
    const copy = new Int16Array(to - from);
    for (let done = 0; done < copy.length; ) {
      const part = this.view(from + done, copy.length - done);
      if (part.length === 0) throw new RangeError(`No audio is kept at ${from + done}.`);
      copy.set(part, done);
      done += part.length;
    }
    return copy;
  }

  /** What is before `position` is not needed any more. */
  drop(position: number): void {
    let dropped = 0;
    for (; dropped < this.#blocks.length; dropped++) {
      const block = this.#blocks[dropped];
      if (block === undefined || block.to > position) break;
      if (spare.length < mostSpare && block.samples.length === usualSamples) spare.push(block.samples);
    }
    if (dropped > 0) this.#blocks.splice(0, dropped);
  }

  #blockFor(position: number, count: number): Block {
    const newest = this.#blocks.at(-1);
    const room = newest ? newest.samples.length - (newest.to - newest.from) : 0;
    if (newest && (room >= count || room > this.#blockSamples * leftEmpty)) return newest;
    const spared = this.#blockSamples === usualSamples ? spare.pop() : undefined;
    const block = { samples: spared ?? new Int16Array(this.#blockSamples), from: position, to: position };
    this.#blocks.push(block);
    return block;
  }

  /** Mostly that is the newest one. */
  #blockAt(position: number): Block | undefined {
    for (let index = this.#blocks.length - 1; index >= 0; index--) {
      const block = this.#blocks[index];
      if (block && block.from <= position) return position < block.to ? block : undefined;
    }
    return undefined;
  }
}

const nothing = new Int16Array(0);
