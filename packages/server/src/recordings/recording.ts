import { flacBlockSize } from '@live-transcribe/audio';
import { type Clock, passes } from '@live-transcribe/core';
import type { Log } from '../observe/log.ts';
import { type Block, FrameWriter } from './frame-writer.ts';
import type { OpenRecording } from './recording-file.ts';
import type { Workshop } from './workshop.ts';

export interface RecordingOptions {
  /** Hz. */
  readonly sampleRate: number;
  /** The session's sample number of the first sample that comes. */
  readonly position: number;
  readonly open: () => Promise<OpenRecording>;
  /** Throws where the disk has no room for audio. */
  readonly checkRoom: () => Promise<void>;
  readonly clock: Clock;
  readonly workshop: Workshop;
  readonly onEnded: () => void;
  readonly log: Log;
}

/** Written together: about a second, which is what the end of the process loses. */
const blocksAtOnce = 4;
/** Waiting for a disk that is slow: some seconds. */
const mostBlocks = 32;
/** From here on one who is faster than the disk is slowed: who sends a file, for one. Who speaks never comes so far. */
const crowded = 16;
/** But a disk that stands still holds nobody up for longer, and once. */
const patienceMs = 200;

/**
 * Writes down what is said in a session, as it comes, in frames that stand for themselves: whenever the process ends, the
 * file can be played up to its last second. What the disk does not take becomes silence, so that the times stay right.
 *
 * Bound: 32 blocks of 8 KiB; what comes while so many wait is not kept. Nothing that goes wrong here goes further.
 */
export class Recording {
  readonly #options: RecordingOptions;
  /** Full, and waiting to be written. */
  #blocks: Block[] = [];
  /** The first one begins with silence, up to where the session does. */
  #block: Int16Array = new Int16Array(flacBlockSize);
  /** The session's number of the next sample. */
  #position: number;
  #writer: FrameWriter | undefined;
  #working: Promise<void> | undefined;
  #ended: Promise<void> | undefined;
  #failing = false;
  /** Whether somebody has waited for the disk in vain. */
  #impatient = false;

  constructor(options: RecordingOptions) {
    this.#options = options;
    this.#position = options.position;
  }

  /** Takes what was said next. `samples` is the caller's again at once. */
  add(samples: Int16Array): void {
    if (this.#ended) return;
    for (let taken = 0; taken < samples.length; ) {
      const at = this.#position % flacBlockSize;
      const count = Math.min(samples.length - taken, flacBlockSize - at);
      this.#block.set(count === samples.length ? samples : samples.subarray(taken, taken + count), at);
      taken += count;
      this.#position += count;
      if (at + count === flacBlockSize) this.#put();
    }
  }

  /** Resolves when there is room for more, or when that takes too long; `undefined` where there is. */
  room(): Promise<void> | undefined {
    return this.#blocks.length < crowded || this.#impatient || !this.#working ? undefined : this.#roomAgain();
  }

  /** Writes what is left and lets go of the file; resolves when that is done. Never rejects. */
  end(): Promise<void> {
    this.#ended ??= this.#finish();
    return this.#ended;
  }

  /** The session is another server's: what that one may have begun to write is not touched. Resolves as `end`. */
  abandon(): Promise<void> {
    this.#ended ??= this.#finish({ mayOpen: false });
    return this.#ended;
  }

  /** Resolves when what is ending has ended, or after so many ms. */
  async settled(withinMs: number): Promise<void> {
    if (this.#ended) await this.#within(withinMs, this.#ended);
  }

  #put(): void {
    const number = this.#position / flacBlockSize - 1;
    if (this.#blocks.length < mostBlocks) {
      this.#blocks.push({ number, samples: this.#block });
      this.#block = this.#options.workshop.takeBlock();
    }
    if (this.#blocks.length >= blocksAtOnce) this.#working ??= this.#work();
  }

  async #roomAgain(): Promise<void> {
    const written = await this.#within(patienceMs, this.#working);
    if (!written) this.#impatient = true;
  }

  /** Whether `work` is done within so many ms. */
  async #within(ms: number, work: Promise<void> | undefined): Promise<boolean> {
    const done = new AbortController();
    const late = passes(this.#options.clock, ms, done.signal);
    const isLate = await Promise.race([work?.then(() => false), late]);
    done.abort();
    return isLate !== true;
  }

  async #work(): Promise<void> {
    while (this.#blocks.length >= blocksAtOnce) await this.#attempt((writer) => this.#writeBlocks(writer));
    this.#working = undefined;
  }

  async #finish({ mayOpen = true } = {}): Promise<void> {
    await this.#working;
    const hasBegun = this.#position > this.#options.position;
    if (this.#writer || (mayOpen && hasBegun)) await this.#attempt((writer) => this.#writeRest(writer));
    await this.#writer?.close().catch(() => undefined);
    this.#options.onEnded();
  }

  async #writeRest(writer: FrameWriter): Promise<void> {
    await this.#writeBlocks(writer);
    const rest = this.#position % flacBlockSize;
    const number = Math.floor(this.#position / flacBlockSize);
    if (rest > 0) await writer.write([{ number, samples: this.#block.subarray(0, rest) }]);
    await writer.finish(this.#position);
  }

  async #writeBlocks(writer: FrameWriter): Promise<void> {
    const blocks = this.#blocks;
    this.#blocks = [];
    await writer.write(blocks);
    for (const { samples } of blocks) this.#options.workshop.giveBack(samples);
  }

  /** Does `work`; where that fails, what waits is not kept, and the log says so once. */
  async #attempt(work: (writer: FrameWriter) => Promise<void>): Promise<void> {
    const { sampleRate, position, checkRoom, open, log, workshop } = this.#options;
    try {
      await checkRoom();
      this.#writer ??= new FrameWriter(await open(), workshop.encoder(sampleRate), sampleRate, position);
      await work(this.#writer);
      this.#failing = false;
      this.#impatient = false;
    } catch (thrown) {
      this.#blocks = [];
      if (!this.#failing) log.warn({ err: thrown }, 'audio of the session is not kept: silence will stand for it');
      this.#failing = true;
    }
  }
}
