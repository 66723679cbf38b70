/** Bytes gathered over several messages. Grows with what arrives, never with what a header promises; the caller bounds it. */
export class Gathered {
  #buffer = new Uint8Array(0);
  #length = 0;

  get length(): number {
    return this.#length;
  }

  append(bytes: Uint8Array): void {
    const needed = this.#length + bytes.length;
    if (needed > this.#buffer.length) {
      const grown = new Uint8Array(Math.max(needed, this.#buffer.length * 2));
      grown.set(this.view());
      this.#buffer = grown;
    }
    this.#buffer.set(bytes, this.#length);
    this.#length = needed;
  }

  /** Valid until the next `append`. */
  view(): Uint8Array {
    return this.#buffer.subarray(0, this.#length);
  }

  /** Hands the bytes over and begins anew. */
  take(): Uint8Array {
    const taken = this.view();
    this.clear();
    return taken;
  }

  /** Drops the bytes and their memory. */
  clear(): void {
    if (this.#length === 0) return;
    this.#buffer = new Uint8Array(0);
    this.#length = 0;
  }
}

/** A name to show to people: printable ASCII of a bounded length, whatever the bytes. */
export function asciiName(bytes: Uint8Array): string {
  const shown = bytes.subarray(0, 32).filter((code) => code > 0x20 && code < 0x7f);
  return String.fromCharCode(...shown);
}

/** The codes of a text in ASCII. */
export const asciiBytes = (text: string): number[] => Array.from(text, (letter) => letter.charCodeAt(0));

/** Whether `text` stands at `at`, in ASCII. */
export function hasText(bytes: Uint8Array, text: string, at = 0): boolean {
  for (let i = 0; i < text.length; i++) if (bytes[at + i] !== text.charCodeAt(i)) return false;
  return true;
}

/** Big-endian; exact up to 2^53, beyond which sizes and times are refused by the limits of their formats anyhow. */
export function readUint(bytes: Uint8Array, from = 0, to = bytes.length, leading = 0): number {
  let value = leading;
  for (let i = from; i < to; i++) value = value * 256 + bytes[i];
  return value;
}
