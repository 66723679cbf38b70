import type { Writable } from 'node:stream';

/** Writes together what is written in one turn of the event loop: many sessions' frames are one call to the system. */
export class Corked {
  readonly #stream: Writable;
  #isCorked = false;

  constructor(stream: Writable) {
    this.#stream = stream;
  }

  write(bytes: Uint8Array): void {
    if (!this.#isCorked) {
      this.#isCorked = true;
      this.#stream.cork();
      setImmediate(() => this.flush());
    }
    this.#stream.write(bytes);
  }

  /** What has been written goes out now. */
  flush(): void {
    if (!this.#isCorked) return;
    this.#isCorked = false;
    this.#stream.uncork();
  }
}
