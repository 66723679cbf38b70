/**
 * The audio queue of a session: a ring of mono samples with three cursors, counted from the session's first sample.
 *
 *        oldest ─── settled ─────────── sent ─────────── received
 *        (kept no longer)  heard, may be    waits for
 *                          needed again     the engine
 *
 * Bound: `capacity` samples. A full ring first forgets audio that the engine has heard (only insurance is lost), then
 * takes no more, and its writer waits. The memory grows with what has to be kept, up to the capacity.
 */
export class ReplayRing {
  readonly #capacity: number;
  #samples: Int16Array;
  #oldest = 0;
  #settled = 0;
  #sent = 0;
  #received = 0;

  /** `capacity` and `initial` in samples. */
  constructor(capacity: number, initial = 16_384) {
    this.#capacity = capacity;
    this.#samples = new Int16Array(Math.min(initial, capacity));
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
    const taken = Math.min(samples.length, this.#capacity - (this.#received - this.#sent));
    this.#makeRoom(taken);
    const size = this.#samples.length;
    const at = this.#received % size;
    const head = Math.min(taken, size - at);
    this.#samples.set(samples.subarray(0, head), at);
    if (head < taken) this.#samples.set(samples.subarray(head, taken), 0);
    this.#received += taken;
    return taken;
  }

  /** The next samples to send, up to `limit` and not past position `until`: a view, valid until `advance`. */
  peek(limit: number, until = this.#received): Int16Array {
    const size = this.#samples.length;
    const at = this.#sent % size;
    const length = Math.max(0, Math.min(limit, until - this.#sent, size - at));
    return this.#samples.subarray(at, at + length);
  }

  /** `count` samples of what `peek` gave have been taken by the engine. */
  advance(count: number): void {
    this.#sent = Math.min(this.#sent + count, this.#received);
  }

  /** The engine will not need what is before `position`. Positions it has not been given, or that lie behind, change nothing. */
  settle(position: number): void {
    this.#settled = Math.min(Math.max(position, this.#settled), this.#sent);
    this.#oldest = Math.max(this.#oldest, this.#settled);
  }

  /**
   * The engine is lost: what it has heard and not settled is to be sent again. Answers where the audio starts again and
   * how many samples before that were forgotten for want of room, so that they are lost.
   */
  rewind(): { readonly from: number; readonly forgotten: number } {
    const forgotten = this.#oldest - this.#settled;
    this.#settled = this.#oldest;
    this.#sent = this.#oldest;
    return { from: this.#oldest, forgotten };
  }

  #makeRoom(count: number): void {
    const needed = this.#received + count - this.#oldest;
    if (needed > this.#capacity) this.#oldest = this.#received + count - this.#capacity;
    if (needed > this.#samples.length) this.#grow(Math.min(needed, this.#capacity));
  }

  #grow(needed: number): void {
    let size = this.#samples.length;
    if (size >= needed) return;
    while (size < needed) size = Math.min(size * 2, this.#capacity);
    const grown = new Int16Array(size);
    for (let position = this.#oldest; position < this.#received; ) {
      const from = position % this.#samples.length;
      const to = position % size;
      const length = Math.min(this.#received - position, this.#samples.length - from, size - to);
      grown.set(this.#samples.subarray(from, from + length), to);
      position += length;
    }
    this.#samples = grown;
  }
}
