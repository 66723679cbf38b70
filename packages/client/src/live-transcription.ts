import { KeptUpload } from './kept-upload.ts';
import { Link, type LinkReport } from './link.ts';
import type { SessionInfo } from './messages.ts';
import type { TranscriptionOptions } from './options.ts';
import { RewindableUpload } from './rewindable-upload.ts';
import { settleable } from './settleable.ts';
import type { AudioChunk, AudioSource } from './sources/source.ts';
import { fatal, TranscriptFeed } from './transcript-feed.ts';
import type { Upload, UploadObserver } from './upload.ts';

const defaultKeepSeconds = 300;

/**
 * One live transcription: audio from a source goes in, and the transcript is there as data, as events and as an async
 * iterable. Each reader of the iterable begins with the segments there are, and misses nothing after that.
 */
export class LiveTranscription extends TranscriptFeed {
  readonly #options: TranscriptionOptions;
  readonly #started = settleable<SessionInfo>();
  readonly #over = settleable<void>();
  readonly #finished = new AbortController();
  #source: AudioSource | undefined;
  #session: SessionInfo | undefined;
  #link: Link | undefined;
  #upload: Upload | undefined;
  #paused = false;
  #stopping = false;
  #failureTold = false;

  constructor(options: TranscriptionOptions) {
    super();
    this.#options = options;
  }

  /** What the server said when the session began. */
  get session(): SessionInfo | undefined {
    return this.#session;
  }

  get source(): AudioSource | undefined {
    return this.#source;
  }

  get paused(): boolean {
    return this.#paused;
  }

  /** Seconds of audio taken from the source: where the timeline has come to. Of a container, where its text has come to. */
  get seconds(): number {
    return this.#upload?.seconds || (this.segments.at(-1)?.end ?? 0);
  }

  /** Seconds of audio whose text the server keeps, whatever happens; what comes after is kept here. */
  get covered(): number {
    return this.#link?.covered ?? 0;
  }

  /** Once. Resolves when the server has begun; throws `TranscriptionError`. The source is owned, and stopped at the end. */
  async start(source: AudioSource): Promise<SessionInfo> {
    if (this.#source !== undefined) throw new TypeError('A transcription starts once; make another one.');
    this.#source = source;
    this.setState('connecting');
    // Ends by itself, and tells by state, promises and readers how.
    void this.#run(source);
    return this.#started.promise;
  }

  /** No more audio. Resolves when the last final is there; throws what ended it before its time. */
  async stop(): Promise<void> {
    if (this.#upload === undefined) return;
    this.#enterStopping();
    await this.#upload.stop();
    this.#link?.flush();
    await this.#over.promise;
  }

  /** Asks for the final of what has been said so far. */
  commit(): void {
    this.#link?.commit();
  }

  /** No audio is taken, what was said gets its final, the timeline stands still. */
  pause(): void {
    this.#setPaused(true);
    this.commit();
  }

  resume(): void {
    this.#setPaused(false);
  }

  #setPaused(paused: boolean): void {
    this.#paused = paused;
    this.#source?.setPaused?.(paused);
    this.#upload?.setPaused(paused);
    this.#link?.setPaused(paused);
  }

  async #run(source: AudioSource): Promise<void> {
    const { keepSeconds = defaultKeepSeconds } = this.#options;
    const observer: UploadObserver = {
      ready: () => this.#ready(),
      heard: (chunk) => this.#heard(chunk),
      lost: () => this.#link?.reconnect(),
    };
    const upload =
      source.pace === 'rewindable'
        ? new RewindableUpload(source, observer)
        : new KeptUpload(source, keepSeconds, observer);
    const link = new Link({ options: this.#options, source, upload, report: (report) => this.#hear(report) });
    this.#upload = upload;
    this.#link = link;
    // The old socket of a machine that has moved to another network may not notice for minutes.
    globalThis.addEventListener?.('online', () => link.reconnect(), { signal: this.#finished.signal });
    try {
      await link.run();
      this.#finish(upload.failure);
    } catch (error) {
      this.#finish(error);
    } finally {
      this.#finished.abort();
      // What a device says at its end is nobody's concern any more.
      await source.stop().catch(() => undefined);
    }
  }

  #finish(failure: unknown): void {
    const { signal } = this.#options;
    if (failure === undefined) this.end();
    else if (signal?.aborted) this.abort(failure);
    else this.fail(failure, this.#failureTold && failure === this.#upload?.failure);
    this.#started.reject(failure);
    if (failure === undefined) this.#over.resolve();
    else this.#over.reject(failure);
  }

  #hear(report: LinkReport): void {
    if (report.kind === 'lost') return this.setState('reconnecting');
    if (report.kind !== 'live') return this.take(report);
    this.#session = report.session;
    this.setState(this.#stopping ? 'stopping' : 'live');
    this.#started.resolve(report.session);
  }

  #heard({ level }: AudioChunk): void {
    if (level) this.emit('level', level);
  }

  #ready(): void {
    const upload = this.#upload;
    // A source may have audio before there is anybody to send it.
    if (upload === undefined) return;
    this.#link?.flush();
    this.emit('progress', { sent: upload.sent, size: this.#source?.size });
    if (!upload.ended) return;
    this.#enterStopping();
    if (upload.failure === undefined || this.#failureTold) return;
    this.#failureTold = true;
    this.take(fatal(upload.failure));
  }

  #enterStopping(): void {
    this.#stopping = true;
    if (this.state === 'live' || this.state === 'connecting') this.setState('stopping');
  }
}
