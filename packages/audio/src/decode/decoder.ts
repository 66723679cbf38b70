/** One stream in one format, to mono at the engine's rate. */
export interface Decoder {
  /** The samples that `bytes` complete; valid until the next push. A promise only where a vendor's decoder is waited for. */
  push(bytes: Uint8Array): Int16Array | Promise<Int16Array>;
  /** What was still on its way through; what is incomplete is dropped. */
  end(): Int16Array | Promise<Int16Array>;
  /** Gives everything back; may be called again, and during a `push`, which then yields nothing more. */
  free(): void;
}
