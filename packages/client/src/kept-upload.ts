import { KeptAudio } from './kept-audio.ts';
import type { AudioSource } from './sources/source.ts';
import type { Upload, UploadObserver } from './upload.ts';

/** Of a queue that can wait, this much is read ahead. */
const readAheadBytes = 1024 * 1024;

/** What can be read only once: kept until it is covered. */
export class KeptUpload implements Upload {
  ended = false;
  failure: unknown;
  sent = 0;
  readonly #source: AudioSource;
  readonly #kept: KeptAudio;
  readonly #observer: UploadObserver;
  readonly #reading: Promise<void>;
  /** Bytes in all. */
  #pushed = 0;
  #paused = false;
  #stopped = false;
  #wakeReader: () => void = () => undefined;

  constructor(source: AudioSource, keepSeconds: number, observer: UploadObserver) {
    this.#source = source;
    this.#kept = new KeptAudio(source, keepSeconds);
    this.#observer = observer;
    this.#reading = this.#read();
  }

  get seconds(): number {
    return this.#kept.seconds;
  }

  rewind(): number | undefined {
    return this.#kept.rewind();
  }

  release(): void {
    this.#kept.release();
  }

  next(): Uint8Array<ArrayBuffer> | undefined {
    const bytes = this.#kept.take();
    this.sent = Math.max(this.sent, this.#pushed - this.#kept.unsentBytes);
    if (this.#kept.unsentBytes < readAheadBytes) this.#wakeReader();
    return bytes;
  }

  cover(seconds: number): void {
    this.#kept.cover(seconds);
  }

  setPaused(paused: boolean): void {
    this.#paused = paused;
    this.#wakeReader();
  }

  async stop(): Promise<void> {
    await this.#source.stop();
    this.#stopped = true;
    this.#wakeReader();
    await this.#reading;
  }

  async #read(): Promise<void> {
    const source = this.#source;
    const { chunks, pace } = source;
    try {
      for await (const chunk of chunks) {
        // What comes at its own pace is left out, unless it is told to pause.
        if (this.#paused && pace === 'live' && !source.setPaused) continue;
        this.#observer.heard(chunk);
        this.#pushed += chunk.bytes.length;
        if (this.#kept.push(chunk)) this.#observer.lost();
        this.#observer.ready();
        while (pace === 'queued' && this.#mustWait) await new Promise<void>((resolve) => (this.#wakeReader = resolve));
      }
    } catch (error) {
      this.failure = error;
    }
    this.ended = true;
    this.#observer.ready();
  }

  get #mustWait(): boolean {
    return !this.#stopped && (this.#paused || this.#kept.unsentBytes >= readAheadBytes);
  }
}
