const nothing: Uint8Array = new Uint8Array(0);

/** Bytes of earlier messages, then those of this one, of which only what is asked for is copied. */
export class Unread {
  #held = nothing;
  #from = 0;
  #to = 0;
  #rest = nothing;

  get length(): number {
    return this.#to - this.#from + this.#rest.length;
  }

  /** The bytes before have to have been read to where `front` gave `undefined`. */
  add(bytes: Uint8Array): void {
    this.#rest = bytes;
  }

  /**
   * At least `count` bytes from the front, valid until the next `front`; `undefined`, and all are kept, when there are fewer.
   * Where it has to join messages it copies up to `block` bytes.
   */
  front(count: number, block = count): Uint8Array | undefined {
    const held = this.#to - this.#from;
    if (held === 0 && this.#rest.length >= count) return this.#rest;
    if (held < count) this.#hold(this.#rest.subarray(0, block - held));
    return this.#to - this.#from >= count ? this.#held.subarray(this.#from, this.#to) : undefined;
  }

  /** Passes over up to `count` bytes; the number passed. */
  drop(count: number): number {
    const fromHeld = Math.min(count, this.#to - this.#from);
    this.#from += fromHeld;
    const fromRest = Math.min(count - fromHeld, this.#rest.length);
    this.#rest = this.#rest.subarray(fromRest);
    return fromHeld + fromRest;
  }

  #hold(bytes: Uint8Array): void {
    if (this.#to + bytes.length > this.#held.length) this.#makeRoom(bytes.length);
    this.#held.set(bytes, this.#to);
    this.#to += bytes.length;
    this.#rest = this.#rest.subarray(bytes.length);
  }

  #makeRoom(bytes: number): void {
    const held = this.#held.subarray(this.#from, this.#to);
    const needed = held.length + bytes;
    // Twice what is needed, so that what is held moves to the front only after as many bytes have passed.
    if (needed * 2 > this.#held.length) this.#held = new Uint8Array(needed * 2);
    this.#held.set(held, 0);
    this.#from = 0;
    this.#to = held.length;
  }
}
