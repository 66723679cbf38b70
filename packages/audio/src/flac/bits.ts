/** Bits of a FLAC frame, most significant first, of which more may come: whoever reads asks `has` before. */
export class BitReader {
  #bytes: Uint8Array;
  /** In bits. */
  #position: number;
  #end: number;
  /** The zeros of a Rice code that has not come in full. */
  #zeros = 0;

  constructor(bytes: Uint8Array, fromByte: number) {
    this.#bytes = bytes;
    this.#position = fromByte * 8;
    this.#end = bytes.length * 8;
  }

  /** The same bytes and what has come since, possibly in another place. */
  prolong(bytes: Uint8Array): void {
    this.#bytes = bytes;
    this.#end = bytes.length * 8;
  }

  /** The byte in which the next bit lies, or which it begins. */
  get nextByte(): number {
    return Math.ceil(this.#position / 8);
  }

  has(bits: number): boolean {
    return this.#position + bits <= this.#end;
  }

  skip(bits: number): void {
    this.#position += bits;
  }

  /** At most 33 bits. */
  unsigned(bits: number): number {
    if (bits > 24) {
      const upper = this.unsigned(bits - 24);
      return upper * 2 ** 24 + this.unsigned(24);
    }
    if (bits === 0) return 0;
    const value = this.#word() >>> (32 - bits);
    this.#position += bits;
    return value;
  }

  /** Two's complement, at most 33 bits. */
  signed(bits: number): number {
    if (bits === 0) return 0;
    const value = this.unsigned(bits);
    return value >= 2 ** (bits - 1) ? value - 2 ** bits : value;
  }

  /** The zeros before the next one, which is passed over; `undefined` while it has not come. */
  unary(): number | undefined {
    return this.#rice(0);
  }

  /**
   * Reads Rice codes with that parameter (RFC 9639, 9.2.7.2) into `out` from `at` until `to`, or until the bytes are used up;
   * returns where it stopped. Without `out` they are passed over.
   */
  riceRun(parameter: number, out: Float64Array | undefined, at: number, to: number): number {
    let index = at;
    while (index < to) {
      const word = this.#zeros === 0 ? this.#word() : 0;
      const length = Math.clz32(word) + 1 + parameter;
      let folded: number;
      // 25 bits of the word are certain.
      if (length <= 25 && this.#position + length <= this.#end) {
        folded =
          ((length - 1 - parameter) << parameter) |
          (parameter === 0 ? 0 : (word << (length - parameter)) >>> (32 - parameter));
        this.#position += length;
        if (out) out[index] = (folded >>> 1) ^ -(folded & 1);
      } else {
        const slow = this.#rice(parameter);
        if (slow === undefined) return index;
        if (out) out[index] = slow % 2 === 0 ? slow / 2 : -(slow + 1) / 2;
      }
      index++;
    }
    return index;
  }

  /** Any length; goes on where it stopped for want of bytes. */
  #rice(parameter: number): number | undefined {
    for (;;) {
      if (this.#position >= this.#end) return undefined;
      // At most the bits that have come, and no more than are certain.
      const certain = Math.min(25, this.#end - this.#position);
      const zeros = Math.min(Math.clz32(this.#word()), certain);
      this.#position += zeros;
      this.#zeros += zeros;
      if (zeros < certain) break;
    }
    if (!this.has(1 + parameter)) return undefined;
    this.#position++;
    const value = this.#zeros * 2 ** parameter + this.unsigned(parameter);
    this.#zeros = 0;
    return value;
  }

  /** The next 25 bits or more at the top of 32; zeros after the last byte. */
  #word(): number {
    const bytes = this.#bytes;
    const at = this.#position >>> 3;
    const word =
      at + 3 < bytes.length
        ? (bytes[at] << 24) | (bytes[at + 1] << 16) | (bytes[at + 2] << 8) | bytes[at + 3]
        : ((bytes[at] ?? 0) << 24) | ((bytes[at + 1] ?? 0) << 16) | ((bytes[at + 2] ?? 0) << 8);
    return word << (this.#position & 7);
  }
}
