import type { AudioChunk, AudioSource } from './sources/source.ts';
import type { Upload, UploadObserver } from './upload.ts';

/** What can be read anew from its beginning, and so needs no memory. */
export class RewindableUpload implements Upload {
  ended = false;
  failure: unknown;
  sent = 0;
  readonly seconds = 0;
  readonly #source: AudioSource;
  readonly #observer: UploadObserver;
  #reader: AsyncIterator<AudioChunk> | undefined;
  #waiting: Uint8Array<ArrayBuffer> | undefined;
  #paused = false;
  /** Bytes read since the beginning, and how many are wanted. */
  #at = 0;
  #limit = Number.POSITIVE_INFINITY;

  constructor(source: AudioSource, observer: UploadObserver) {
    this.#source = source;
    this.#observer = observer;
  }

  rewind(): number {
    this.ended = false;
    this.#at = 0;
    this.#waiting = undefined;
    void this.#reader?.return?.().catch(() => undefined);
    this.#reader = this.#source.chunks[Symbol.asyncIterator]();
    void this.#fetch(this.#reader);
    return 0;
  }

  release(): void {
    // Nothing was kept for it.
  }

  next(): Uint8Array<ArrayBuffer> | undefined {
    const bytes = this.#waiting;
    if (this.#paused || bytes === undefined || this.#reader === undefined) return undefined;
    this.#waiting = undefined;
    this.#at += bytes.length;
    this.sent = Math.max(this.sent, this.#at);
    void this.#fetch(this.#reader);
    return bytes;
  }

  cover(): void {
    // Nothing is kept.
  }

  setPaused(paused: boolean): void {
    this.#paused = paused;
    this.#observer.ready();
  }

  /** What was sent has to be sent again by a later socket, and no more. */
  async stop(): Promise<void> {
    this.#limit = this.sent;
    if (this.#at >= this.#limit) this.#end();
  }

  async #fetch(reader: AsyncIterator<AudioChunk>): Promise<void> {
    let chunk: AudioChunk | undefined;
    try {
      const left = this.#limit - this.#at;
      const result = left > 0 ? await reader.next() : undefined;
      if (result && !result.done) chunk = result.value;
    } catch (error) {
      if (this.#reader === reader) this.failure = error;
    }
    if (this.#reader !== reader || this.ended) return;
    const bytes = chunk?.bytes.subarray(0, this.#limit - this.#at);
    if (chunk === undefined || bytes === undefined || bytes.length === 0) return this.#end();
    this.#waiting = bytes;
    this.#observer.heard(chunk);
    this.#observer.ready();
  }

  #end(): void {
    this.ended = true;
    this.#waiting = undefined;
    this.#observer.ready();
  }
}
