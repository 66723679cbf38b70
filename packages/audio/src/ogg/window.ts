const nothing = new Uint8Array(0);

/**
 * The bytes of a stream from a place that moves forward. While all that is left lies in what was pushed last, it is looked at
 * where it is. Grows with what has arrived; the reader bounds it by what it drops.
 */
export class Window {
  #bytes: Uint8Array = nothing;
  #start = 0;
  #end = 0;
  #own = false;
  #dropped = 0;

  get length(): number {
    return this.#end - this.#start;
  }

  /** Where the window begins, in bytes from the beginning of the stream. */
  get position(): number {
    return this.#dropped;
  }

  /** Valid until the next `append` or `keep`. */
  view(): Uint8Array {
    return this.#bytes.subarray(this.#start, this.#end);
  }

  /** `bytes` have to stay as they are until `keep`. */
  append(bytes: Uint8Array): void {
    if (this.length === 0) {
      // A Buffer's `slice` would not copy.
      this.#bytes = new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.length);
      this.#start = 0;
      this.#end = bytes.length;
      this.#own = false;
      return;
    }
    const length = this.length + bytes.length;
    if (!this.#own || this.#end + bytes.length > this.#bytes.length) this.#move(length);
    this.#bytes.set(bytes, this.#end);
    this.#end += bytes.length;
  }

  drop(count: number): void {
    this.#start += count;
    this.#dropped += count;
  }

  /** Takes what is left into memory of its own. */
  keep(): void {
    if (this.length > 0) {
      if (!this.#own) this.#move(this.length);
      return;
    }
    this.#bytes = nothing;
    this.#start = 0;
    this.#end = 0;
  }

  /** Twice the room that is needed, so that bytes are moved seldom in proportion to those that come. */
  #move(needed: number): void {
    const room = new Uint8Array(2 * needed);
    room.set(this.view());
    this.#end = this.length;
    this.#start = 0;
    this.#bytes = room;
    this.#own = true;
  }
}
