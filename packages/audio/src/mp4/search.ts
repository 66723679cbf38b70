/** A fragment of ten seconds with video has some 10 KiB. */
export const maxFragmentBytes = 1_048_576;

export interface Found {
  /** Of the bytes given, how many lie before the place where reading goes on. */
  readonly consumed: number;
  /** Of the whole box. */
  readonly size: number;
  /** Those bytes of its body that were seen already. */
  readonly seen: Uint8Array;
}

const moof = 0x6d6f_6f66;
const mfhd = 0x6d66_6864;
/** Size, type, version with flags, and sequence number (ISO/IEC 14496-12, 8.8.5). */
const mfhdBytes = 16;
const headerBytes = 8;

/**
 * Looks for a `moof` of a plausible size that begins with an `mfhd`, as each has to. The last 16 bytes are kept as four
 * numbers, so that a byte is looked at once.
 */
export class FragmentSearch {
  #a = 0;
  #b = 0;
  #c = 0;
  #d = 0;

  /** `before` are bytes that were read already and in which a fragment may begin. */
  constructor(before: Uint8Array) {
    this.read(before);
  }

  read(bytes: Uint8Array): Found | undefined {
    for (let at = 0; at < bytes.length; at++) {
      this.#a = (this.#a << 8) | (this.#b >>> 24);
      this.#b = (this.#b << 8) | (this.#c >>> 24);
      this.#c = (this.#c << 8) | (this.#d >>> 24);
      this.#d = (this.#d << 8) | bytes[at];
      if (this.#d !== mfhd || this.#c !== mfhdBytes || this.#b !== moof) continue;
      const size = this.#a >>> 0;
      if (size < headerBytes + mfhdBytes || size > maxFragmentBytes) continue;
      const seen = Uint8Array.of(0, 0, 0, mfhdBytes, 0x6d, 0x66, 0x68, 0x64);
      return { consumed: at + 1, size, seen };
    }
    return undefined;
  }
}
