import { type FlacFrameEncoder, flacBlockSize } from '@live-transcribe/audio';
import { type OpenRecording, writeStart, writeWhole } from './recording-file.ts';

/** Samples of one frame; only the last one of a recording has fewer than a block. */
export interface Block {
  readonly number: number;
  readonly samples: Int16Array;
}

/** Frames of silence written at once. */
const silenceAtOnce = 1_000;
const silence = new Int16Array(flacBlockSize);

/** Writes blocks as frames behind one another; what is left out between them becomes silence, and is counted as missing. */
export class FrameWriter {
  readonly #open: OpenRecording;
  readonly #sampleRate: number;
  readonly #position: number;
  readonly #encoder: FlacFrameEncoder;
  /** Where the next frame goes, and its number. */
  #bytes: number;
  #frame: number;
  /** Samples of an earlier run at the beginning of the next frame. */
  #earlier: Int16Array;
  /** Samples in the frames so far. */
  #end: number;
  /** Samples of this run that were written. */
  #kept = 0;
  #missing: number;

  /** `position` is the first sample's that comes. */
  constructor(open: OpenRecording, encoder: FlacFrameEncoder, sampleRate: number, position: number) {
    this.#open = open;
    this.#sampleRate = sampleRate;
    this.#position = position;
    this.#encoder = encoder;
    this.#bytes = open.bytes;
    this.#frame = open.frame;
    this.#earlier = open.earlier;
    this.#end = open.frame * flacBlockSize;
    this.#missing = open.missing;
  }

  /** Writes blocks, in order. Throws where that fails: then they are left out. */
  async write(blocks: readonly Block[]): Promise<void> {
    const [first] = blocks;
    while (first && first.number > this.#frame) await this.#writeSilence(first.number);
    const frames: Uint8Array[] = [];
    let [next, end, kept] = [this.#frame, 0, 0];
    for (const { number, samples } of blocks) {
      if (number === this.#frame) samples.set(this.#earlier);
      for (; next < number; next += 1) frames.push(this.#encoder.encode(silence, next).slice());
      frames.push(this.#encoder.encode(samples, number).slice());
      next = number + 1;
      end = number * flacBlockSize + samples.length;
      kept += end - Math.max(number * flacBlockSize, this.#position);
    }
    await this.#append(frames, next, { end, kept });
  }

  /** Fills up what was left out at the end, and says how long it has become. `samples`: the session's, up to the end. */
  async finish(samples: number): Promise<void> {
    const whole = Math.ceil(samples / flacBlockSize);
    while (this.#frame < whole) await this.#writeSilence(whole);
    // What a write that failed has left behind.
    await this.#open.file.truncate(this.#bytes);
    await this.#writeStart(this.#end);
  }

  close(): Promise<void> {
    return this.#open.file.close();
  }

  async #writeSilence(through: number): Promise<void> {
    const frames: Uint8Array[] = [];
    const until = Math.min(through, this.#frame + silenceAtOnce);
    for (let number = this.#frame; number < until; number += 1) {
      const samples = number === this.#frame && this.#earlier.length > 0 ? padded(this.#earlier) : silence;
      frames.push(this.#encoder.encode(samples, number).slice());
    }
    await this.#append(frames, until, { end: until * flacBlockSize, kept: 0 });
  }

  async #append(
    frames: readonly Uint8Array[],
    next: number,
    { end, kept }: { end: number; kept: number },
  ): Promise<void> {
    if (frames.length === 0) return;
    const bytes = Buffer.concat(frames);
    await writeWhole(this.#open.file, bytes, this.#bytes);
    this.#bytes += bytes.length;
    this.#frame = next;
    this.#end = end;
    this.#kept += kept;
    this.#earlier = none;
    const missing = this.#open.missing + Math.max(0, end - this.#position) - this.#kept;
    if (missing <= this.#missing) return;
    this.#missing = missing;
    await this.#writeStart(0);
  }

  #writeStart(samples: number): Promise<void> {
    return writeStart(this.#open.file, { sampleRate: this.#sampleRate, samples, missing: this.#missing });
  }
}

const none = new Int16Array(0);

function padded(samples: Int16Array): Int16Array {
  const block = new Int16Array(flacBlockSize);
  block.set(samples);
  return block;
}
