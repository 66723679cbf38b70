/** Bits of a FLAC frame, most significant first, into memory that is used again. */
export class BitWriter {
  readonly #bytes: Uint8Array;
  #length = 0;
  /** What is not a whole byte yet, in the lowest `#count` bits. */
  #rest = 0;
  #count = 0;

  /** `capacity` in bytes: whoever writes knows how much it can become. */
  constructor(capacity: number) {
    this.#bytes = new Uint8Array(capacity);
  }

  /** Whole bytes written. */
  get length(): number {
    return this.#length;
  }

  /** A view of the whole bytes, valid until `restart`. */
  bytes(): Uint8Array {
    return this.#bytes.subarray(0, this.#length);
  }

  restart(): void {
    this.#length = 0;
    this.#rest = 0;
    this.#count = 0;
  }

  /** At most 24 bits of a value that has no more. */
  write(value: number, bits: number): void {
    let rest = (this.#rest << bits) | value;
    let count = this.#count + bits;
    while (count >= 8) {
      count -= 8;
      this.#bytes[this.#length++] = rest >>> count;
    }
    rest &= (1 << count) - 1;
    this.#rest = rest;
    this.#count = count;
  }

  /** Zeros up to the next byte. */
  align(): void {
    if (this.#count > 0) this.write(0, 8 - this.#count);
  }

  /** A number below 2^31 as UTF-8 codes its characters, prolonged (RFC 9639, 9.1.5). Begins at a byte. */
  writeUtf8(number: number): void {
    if (number < 0x80) {
      this.write(number, 8);
      return;
    }
    let further = 1;
    while (number >= 2 ** (5 * further + 6)) further++;
    this.write(((0xff80 >> further) & 0xff) | (number >>> (6 * further)), 8);
    for (let i = further - 1; i >= 0; i--) this.write(0x80 | ((number >>> (6 * i)) & 0x3f), 8);
  }

  /** Rice codes of the values from `from` to `to` (RFC 9639, 9.2.7.2). */
  writeRice(values: Int32Array, from: number, to: number, parameter: number): void {
    const mask = (1 << parameter) - 1;
    const end = 1 << parameter;
    for (let i = from; i < to; i++) {
      const folded = (values[i] << 1) ^ (values[i] >> 31);
      let zeros = folded >>> parameter;
      // With the 7 bits that may wait, 24 fit into a word.
      for (; zeros + 1 + parameter > 24; zeros -= 8) this.write(0, 8);
      this.write(end | (folded & mask), zeros + 1 + parameter);
    }
  }
}
