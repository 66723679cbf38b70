import { BoundedStream } from '../bounded-stream.ts';
import { TranscriptionError } from '../errors.ts';
import { release } from './request-stream.ts';
import type { AudioChunk, AudioSource, Encoding } from './source.ts';

export interface StreamOptions {
  /** Owned from here on. */
  readonly stream: MediaStream;
  /** What it means that the track ends by itself: an error, or nothing where that is how the person stops. */
  readonly lost: TranscriptionError | undefined;
  readonly signal: AbortSignal | undefined;
}

/** As long as connecting may take with speech going on, with much to spare. */
const unreadSeconds = 60;

/** A stream of the browser's: a device, a tab. Subclasses bring its audio to `chunks`. */
export abstract class StreamSource implements AudioSource {
  abstract readonly encoding: Encoding;
  abstract readonly sampleRate: number;
  readonly label: string;
  readonly channels = 1;
  readonly packetMs = 20;
  readonly pace = 'live';
  readonly chunks: AsyncIterable<AudioChunk>;
  readonly #options: StreamOptions;
  readonly #chunks: BoundedStream<AudioChunk>;
  readonly #track: MediaStreamTrack | undefined;
  #ending: Promise<void> | undefined;

  constructor(options: StreamOptions) {
    this.#options = options;
    const { stream, signal } = options;
    this.#chunks = new BoundedStream({
      capacity: unreadSeconds,
      weigh: ({ seconds = 0 }) => seconds,
      overflow: () => new TranscriptionError('audio_not_read', `${unreadSeconds} s of audio wait to be read.`),
    });
    this.chunks = this.#chunks;
    this.#track = stream.getAudioTracks()[0];
    this.label = this.#track?.label ?? '';
    this.#track?.addEventListener('ended', this.#lose);
    signal?.addEventListener('abort', this.#abort);
    // What happened before there was anybody to listen; the subclass is there by then.
    queueMicrotask(() => {
      if (this.#track?.readyState !== 'live') this.#lose();
      if (signal?.aborted) this.#abort();
    });
  }

  get muted(): boolean {
    return this.#track?.enabled === false;
  }

  setMuted(muted: boolean): void {
    if (this.#track) this.#track.enabled = !muted;
  }

  stop(): Promise<void> {
    return this.#end(() => this.#chunks.end());
  }

  /** Brings what was already heard to `put`, and releases what the subclass holds. Never rejects. */
  protected abstract drain(): Promise<void>;

  protected put(chunk: AudioChunk): void {
    const taken = this.#chunks.push(chunk);
    if (!taken) void this.stop();
  }

  protected fail(cause: unknown): void {
    const failed = new TranscriptionError('microphone_failed', 'The browser could not process the audio.', { cause });
    void this.#end(() => this.#chunks.fail(failed));
  }

  readonly #lose = (): void => {
    const { lost } = this.#options;
    void this.#end(() => (lost ? this.#chunks.fail(lost) : this.#chunks.end()));
  };

  readonly #abort = (): void => {
    this.#chunks.fail(this.#options.signal?.reason);
    void this.stop();
  };

  /** The first ending counts. Resolves when everything is released; never rejects. */
  #end(endChunks: () => void): Promise<void> {
    this.#ending ??= this.#finish(endChunks);
    return this.#ending;
  }

  async #finish(endChunks: () => void): Promise<void> {
    const { signal, stream } = this.#options;
    this.#track?.removeEventListener('ended', this.#lose);
    signal?.removeEventListener('abort', this.#abort);
    await this.drain();
    endChunks();
    release(stream);
  }
}
