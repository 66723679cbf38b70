/** All the samples a connection was given, up to `capacity`; further ones are counted only. */
export class Recording {
  readonly #capacity: number;
  #samples = new Int16Array(0);
  #kept = 0;
  #heard = 0;

  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  get heard(): number {
    return this.#heard;
  }

  /** A view of what is kept; it does not grow. */
  get samples(): Int16Array {
    return this.#samples.subarray(0, this.#kept);
  }

  append(samples: Int16Array): void {
    this.#heard += samples.length;
    const taken = samples.subarray(0, this.#capacity - this.#kept);
    const needed = this.#kept + taken.length;
    if (needed > this.#samples.length) {
      const grown = new Int16Array(Math.min(Math.max(needed, 2 * this.#samples.length), this.#capacity));
      grown.set(this.samples);
      this.#samples = grown;
    }
    this.#samples.set(taken, this.#kept);
    this.#kept = needed;
  }
}
