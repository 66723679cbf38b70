import type { AudioChunk } from './sources/source.ts';

/** The audio of one source on its way to whatever socket there is at the moment. */
export interface Upload {
  /** Begins anew for another socket; returns where on the timeline, in seconds, or `undefined` where that cannot be. */
  rewind(): number | undefined;
  /** The socket is gone. */
  release(): void;
  /** What is to be sent next, or `undefined` where there is nothing at the moment. */
  next(): Uint8Array<ArrayBuffer> | undefined;
  /** The audio before is told by events that are kept. */
  cover(seconds: number): void;
  /** Whether no audio is to be taken at the moment. */
  setPaused(paused: boolean): void;
  /** Whether no more will come. */
  readonly ended: boolean;
  /** What broke the source before its end. */
  readonly failure: unknown;
  /** Bytes given out, each counted once. */
  readonly sent: number;
  /** Seconds of audio that the source has given; 0 where only the server knows how long its bytes last. */
  readonly seconds: number;
  /** No more audio is wanted; resolves when what was heard is there to be sent. */
  stop(): Promise<void>;
}

export interface UploadObserver {
  /** There is more to send, or the end was reached. */
  readonly ready: () => void;
  readonly heard: (chunk: AudioChunk) => void;
  /** Audio that was never sent had to go: the socket there is would put what follows at the wrong place. */
  readonly lost: () => void;
}
