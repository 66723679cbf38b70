import { badAudio } from '../errors.ts';

/** Reads big-endian fields one after the other. Throws `bad_audio` where a field does not lie within the bytes. */
export class Fields {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  readonly #what: string;
  #at = 0;

  /** `what` names the place in the message, as in "the MP4 box mdhd". */
  constructor(bytes: Uint8Array, what: string) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#what = what;
  }

  get left(): number {
    return this.#bytes.length - this.#at;
  }

  u8(): number {
    return this.#view.getUint8(this.#pass(1));
  }

  u16(): number {
    return this.#view.getUint16(this.#pass(2));
  }

  u32(): number {
    return this.#view.getUint32(this.#pass(4));
  }

  i32(): number {
    return this.#view.getInt32(this.#pass(4));
  }

  /** Exact up to 2^53, beyond which no offset or time of a real stream lies. */
  u64(): number {
    return Number(this.#view.getBigUint64(this.#pass(8)));
  }

  /** Exact within 2^53. */
  i64(): number {
    return Number(this.#view.getBigInt64(this.#pass(8)));
  }

  f64(): number {
    return this.#view.getFloat64(this.#pass(8));
  }

  /** Four characters, as types of boxes and codecs are written. */
  type(): string {
    return fourCharacters(this.#bytes, this.#pass(4));
  }

  skip(count: number): void {
    this.#pass(count);
  }

  /** The next bytes, not copied. */
  bytes(count: number): Uint8Array {
    const from = this.#pass(count);
    return this.#bytes.subarray(from, from + count);
  }

  rest(): Uint8Array {
    return this.bytes(this.left);
  }

  #pass(count: number): number {
    const from = this.#at;
    if (count > this.left) {
      throw badAudio(`The stream is damaged: ${this.#what} has ${this.#bytes.length} bytes, its fields need more.`);
    }
    this.#at += count;
    return from;
  }
}

export const fourCharacters = (bytes: Uint8Array, at: number): string =>
  String.fromCharCode(bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]);
