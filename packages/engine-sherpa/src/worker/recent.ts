/** The latest samples, `most` of them at most, in a ring. */
export class Recent {
  readonly #ring: Int16Array;
  /** How many there have been in all. */
  #count = 0;

  constructor(most: number) {
    this.#ring = new Int16Array(most);
  }

  keep(samples: Int16Array): void {
    const size = this.#ring.length;
    const latest = samples.subarray(Math.max(0, samples.length - size));
    const at = (this.#count + samples.length - latest.length) % size;
    const before = latest.subarray(0, size - at);
    this.#ring.set(before, at);
    this.#ring.set(latest.subarray(before.length));
    this.#count += samples.length;
  }

  /** At most `count`, the latest ones. */
  latest(count: number): Int16Array {
    const size = this.#ring.length;
    const kept = Math.min(count, this.#count, size);
    const from = this.#count - kept;
    return Int16Array.from({ length: kept }, (_, index) => this.#ring[(from + index) % size] ?? 0);
  }
}
