/** Bits of a Vorbis packet, least significant first (Vorbis I specification, 2.1). Past the end it gives NaN. */
export class VorbisBits {
  readonly #bytes: Uint8Array;
  /** In bits. */
  #position: number;

  constructor(bytes: Uint8Array, fromByte: number) {
    this.#bytes = bytes;
    this.#position = fromByte * 8;
  }

  /** At most 32 bits. */
  read(bits: number): number {
    if (!(this.#position + bits <= this.#bytes.length * 8)) {
      this.#position = Number.POSITIVE_INFINITY;
      return Number.NaN;
    }
    let value = 0;
    for (let done = 0; done < bits; ) {
      const offset = this.#position % 8;
      const taken = Math.min(8 - offset, bits - done);
      const part = (this.#bytes[Math.floor(this.#position / 8)] >> offset) & ((1 << taken) - 1);
      value += part * 2 ** done;
      this.#position += taken;
      done += taken;
    }
    return value;
  }

  flag(): boolean {
    return this.read(1) === 1;
  }

  skip(bits: number): void {
    this.#position += bits;
  }

  /** Whether what was read so far was there. */
  get sound(): boolean {
    return this.#position <= this.#bytes.length * 8;
  }
}

/** How many bits a number takes; 0 for 0 (Vorbis I specification, 9.2.1). */
export const bitsOf = (value: number): number => 32 - Math.clz32(value);
