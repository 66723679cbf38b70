import { AudioBlocks } from './audio-blocks.ts';

/**
 * The audio queue of a session: mono samples with three cursors, counted from the session's first sample.
 *
 *        oldest ─── settled ─────────── sent ─────────── received
 *        (kept no longer)  heard, may be    waits for
 *                          needed again     the engine
 *
 * Bound: `capacity` samples. Audio that waits for the engine gets half of it, then its writer waits: the other half is
 * for what the engine has heard, so that a client faster than its engine does not cost the insurance. What is heard and
 * stays unsettled for longer than that is forgotten. The memory grows and shrinks with what has to be kept.
 */
export class ReplayRing {
  readonly #capacity: number;
  readonly #blocks: AudioBlocks;
  #oldest: number;
  #settled: number;
  #sent: number;
  #received: number;
  /** What the reader may still hold a view of begins here. */
  #viewed: number;

  /**
   * `capacity` and `blockSamples`, of the memory it takes at a time, in samples; the first sample that comes is the session's
   * sample number `start`.
   */
  constructor(capacity: number, start = 0, blockSamples?: number) {
    this.#oldest = start;
    this.#settled = start;
    this.#sent = start;
    this.#received = start;
    this.#viewed = start;
    this.#capacity = capacity;
    this.#blocks = new AudioBlocks(blockSamples);
  }

  /** Samples that there is memory for now. */
  get size(): number {
    return this.#blocks.size;
  }

  /** Samples that a loss of the engine would lose: heard, not settled, and no longer kept. */
  get forgotten(): number {
    return this.#oldest - this.#settled;
  }

  /** Audio before this will never be needed again. */
  get settled(): number {
    return this.#settled;
  }

  /** The engine has been given what is before this. */
  get sent(): number {
    return this.#sent;
  }

  /** Samples received from the client. */
  get received(): number {
    return this.#received;
  }

  /** Takes as many samples as fit, and answers how many. */
  append(samples: Int16Array): number {
    const room = Math.ceil(this.#capacity / 2) - (this.#received - this.#sent);
    const taken = Math.max(0, Math.min(samples.length, room));
    this.#blocks.append(this.#received, samples, taken);
    this.#received += taken;
    if (this.#received - this.#oldest > this.#capacity) {
      this.#oldest = this.#received - this.#capacity;
      this.#drop();
    }
    return taken;
  }

  /**
   * The next samples to send, up to `limit` and not past position `until`: a view, valid until the next `peek` or
   * `release`. May be fewer than there are, and are none only if there are none.
   */
  peek(limit: number, until = this.#received): Int16Array {
    this.#viewed = this.#sent;
    return this.#blocks.view(this.#sent, Math.max(0, Math.min(limit, until - this.#sent)));
  }

  /** `count` samples of what `peek` gave go to the engine. */
  advance(count: number): void {
    this.#sent = Math.min(this.#sent + count, this.#received);
  }

  /** The reader has nothing of the latest view any more: its memory can serve others as soon as it is settled. */
  release(): void {
    this.#viewed = this.#sent;
  }

  /** The engine will not need what is before `position`. Positions it has not been given, or that lie behind, change nothing. */
  settle(position: number): void {
    this.#settled = Math.min(Math.max(position, this.#settled), this.#sent);
    if (this.#settled <= this.#oldest) return;
    this.#oldest = this.#settled;
    this.#drop();
  }

  /** A copy of the samples from `from` up to `to`; `undefined` when not all of them are here. */
  copy(from: number, to: number): Int16Array | undefined {
    if (from < this.#oldest || to > this.#received || from >= to) return undefined;
    return this.#blocks.copy(from, to);
  }

  /**
   * The engine is lost: what it has heard and not settled is to be sent again. Answers where the audio starts again and
   * how many samples before that were forgotten for want of room, so that they are lost.
   */
  rewind(): { readonly from: number; readonly forgotten: number } {
    const { forgotten } = this;
    this.#settled = this.#oldest;
    this.#sent = this.#oldest;
    return { from: this.#oldest, forgotten };
  }

  #drop(): void {
    this.#blocks.drop(Math.min(this.#oldest, this.#viewed));
  }
}
