import type { Writable } from 'node:stream';

/** Writes together what is written in one turn of the event loop: many sessions' frames are one call to the system. */
export class Gathered {
  readonly #stream: Writable;
  #frames: Buffer[] = [];

  constructor(stream: Writable) {
    this.#stream = stream;
  }

  write(frame: Buffer): void {
    if (this.#frames.length === 0) setImmediate(() => this.flush());
    this.#frames.push(frame);
  }

  /** What has been written goes out now. */
  flush(): void {
    const frames = this.#frames;
    if (frames.length === 0 || !this.#stream.writable) return;
    this.#frames = [];
    this.#stream.write(frames.length === 1 ? frames[0] : Buffer.concat(frames));
  }
}
