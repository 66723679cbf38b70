/** Of the initial size, in samples received: so long nothing is given back that the next utterance may need again. */
const lookBackTurns = 64;
/** Room to grow, so that each chunk of a long utterance does not make the ring anew. */
const spare = 1.125;
/** So many times what was needed is given back. */
const wasteful = 1.5;

/**
 * The audio queue of a session: a ring of mono samples with three cursors, counted from the session's first sample.
 *
 *        oldest ─── settled ─────────── sent ─────────── received
 *        (kept no longer)  heard, may be    waits for
 *                          needed again     the engine
 *
 * Bound: `capacity` samples. Audio that waits for the engine gets half of it, then its writer waits: the other half is
 * for what the engine has heard, so that a client faster than its engine does not cost the insurance. What is heard and
 * stays unsettled for longer than that is forgotten. The memory grows with what has to be kept, up to the capacity, and
 * shrinks a while after: thousands of sessions are at rest most of the time, but memory that comes and goes with each
 * utterance costs more than it saves.
 */
export class ReplayRing {
  readonly #capacity: number;
  readonly #initial: number;
  /** The most that was kept at a time since the last look at it, and when the next one is due. */
  #most = 0;
  #lookAt = 0;
  #samples: Int16Array;
  #oldest: number;
  #settled: number;
  #sent: number;
  #received: number;

  /** `capacity` and `initial` in samples; the first sample that comes is the session's sample number `start`. */
  constructor(capacity: number, initial = 4_096, start = 0) {
    this.#oldest = start;
    this.#settled = start;
    this.#sent = start;
    this.#received = start;
    this.#capacity = capacity;
    this.#initial = Math.max(1, Math.min(initial, capacity));
    this.#samples = new Int16Array(this.#initial);
  }

  /** Samples that there is memory for now. */
  get size(): number {
    return this.#samples.length;
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
    this.#makeRoom(taken);
    const size = this.#samples.length;
    const at = this.#received % size;
    const head = Math.min(taken, size - at);
    this.#samples.set(samples.subarray(0, head), at);
    if (head < taken) this.#samples.set(samples.subarray(head, taken), 0);
    this.#received += taken;
    return taken;
  }

  /** The next samples to send, up to `limit` and not past position `until`: a view, valid until the next `advance` after it. */
  peek(limit: number, until = this.#received): Int16Array {
    const size = this.#samples.length;
    const at = this.#sent % size;
    const length = Math.max(0, Math.min(limit, until - this.#sent, size - at));
    return this.#samples.subarray(at, at + length);
  }

  /** `count` samples of what `peek` gave go to the engine. */
  advance(count: number): void {
    this.#sent = Math.min(this.#sent + count, this.#received);
  }

  /** The engine will not need what is before `position`. Positions it has not been given, or that lie behind, change nothing. */
  settle(position: number): void {
    this.#settled = Math.min(Math.max(position, this.#settled), this.#sent);
    this.#oldest = Math.max(this.#oldest, this.#settled);
    this.#shrink();
  }

  /** A copy of the samples from `from` up to `to`; `undefined` when not all of them are here. */
  copy(from: number, to: number): Int16Array | undefined {
    if (from < this.#oldest || to > this.#received || from >= to) return undefined;
    return this.#copyInto(new Int16Array(to - from), from, to, from);
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

  #makeRoom(count: number): void {
    const needed = this.#received + count - this.#oldest;
    if (needed > this.#capacity) this.#oldest = this.#received + count - this.#capacity;
    const kept = Math.min(needed, this.#capacity);
    if (kept > this.#most) this.#most = kept;
    if (kept > this.#samples.length) this.#resize(this.#roomFor(kept));
  }

  /** Gives back what was not needed for a while. */
  #shrink(): void {
    if (this.#received < this.#lookAt) return;
    const size = this.#roomFor(this.#most);
    if (size < this.#samples.length / wasteful) this.#resize(size);
    this.#most = this.#received - this.#oldest;
    this.#lookAt = this.#received + lookBackTurns * this.#initial;
  }

  #roomFor(kept: number): number {
    return Math.min(Math.max(Math.ceil(kept * spare), this.#initial), this.#capacity);
  }

  #resize(size: number): void {
    if (size === this.#samples.length) return;
    this.#samples = this.#copyInto(new Int16Array(size), this.#oldest, this.#received, 0);
  }

  /** Puts the samples from `from` to `to` into the ring `target`, whose first sample stands for `origin` or a turn later. */
  #copyInto(target: Int16Array, from: number, to: number, origin: number): Int16Array {
    const size = this.#samples.length;
    for (let position = from; position < to; ) {
      const at = position % size;
      const into = (position - origin) % target.length;
      const length = Math.min(to - position, size - at, target.length - into);
      target.set(this.#samples.subarray(at, at + length), into);
      position += length;
    }
    return target;
  }
}
