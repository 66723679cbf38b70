/**
 * The audio not yet made an item, by its sample numbers since the connection's first.
 * Bound: `capacity` samples; of an utterance that is longer the beginning is forgotten.
 */
export class InputBuffer {
  readonly #capacity: number;
  #samples = new Int16Array(0);
  #from = 0;
  #to = 0;

  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  /** The first sample number that is kept, and the one after the last. */
  get from(): number {
    return this.#from;
  }

  get to(): number {
    return this.#to;
  }

  append(samples: Int16Array): void {
    const kept = this.#to - this.#from;
    const needed = kept + samples.length;
    if (needed > this.#samples.length) {
      const grown = new Int16Array(Math.max(needed, 2 * this.#samples.length));
      grown.set(this.#samples.subarray(0, kept));
      this.#samples = grown;
    }
    this.#samples.set(samples, kept);
    this.#to += samples.length;
    if (needed > this.#capacity) this.drop(this.#to - this.#capacity);
  }

  /** A copy of the samples from number `from` to `to`, as far as they are kept. */
  slice(from: number, to: number): Int16Array {
    return this.#samples.slice(Math.max(0, from - this.#from), Math.max(0, to - this.#from));
  }

  /** Forgets what is before `position`. */
  drop(position: number): void {
    const to = Math.min(Math.max(position, this.#from), this.#to);
    this.#samples.copyWithin(0, to - this.#from, this.#to - this.#from);
    this.#from = to;
  }
}
