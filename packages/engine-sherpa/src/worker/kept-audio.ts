/** The samples since the open utterance began, or since it may have begun. Bound: the longest utterance that the detector leaves open. */
export class KeptAudio {
  #samples = new Int16Array(16_000);
  #length = 0;
  /** Which sample of the stream is the first one kept. */
  #from = 0;

  /** One behind the last sample of the stream. */
  get position(): number {
    return this.#from + this.#length;
  }

  append(samples: Int16Array): void {
    if (this.#length + samples.length > this.#samples.length) {
      const larger = new Int16Array(Math.max(2 * this.#samples.length, this.#length + samples.length));
      larger.set(this.#samples.subarray(0, this.#length));
      this.#samples = larger;
    }
    this.#samples.set(samples, this.#length);
    this.#length += samples.length;
  }

  /** What is kept from sample `from` on, before `until`; valid until the next `append` or `forget`. */
  between(from: number, until: number): Int16Array {
    return this.#samples.subarray(Math.max(0, from - this.#from), Math.max(0, until - this.#from));
  }

  /** Samples before this one are not needed any more. */
  forget(before: number): void {
    const count = Math.min(before - this.#from, this.#length);
    if (count <= 0) return;
    this.#samples.copyWithin(0, count, this.#length);
    this.#length -= count;
    this.#from += count;
  }
}
