import { Backoff } from './backoff.ts';
import { Conversation } from './conversation.ts';
import { byDeadline } from './deadline.ts';
import { TranscriptionError } from './errors.ts';
import type { ErrorEvent, Received, SessionInfo, StartedMessage, TranscriptionEvent } from './messages.ts';
import type { TranscriptionOptions } from './options.ts';
import { openSocketTo } from './socket.ts';
import type { AudioSource } from './sources/source.ts';
import { resumeMessage, startMessage } from './start-message.ts';
import { isRefusal, Tokens } from './tokens.ts';
import type { Upload } from './upload.ts';

export type LinkReport =
  | { readonly kind: 'live'; readonly session: SessionInfo }
  | { readonly kind: 'lost' }
  | TranscriptionEvent;

export interface LinkOptions {
  readonly options: TranscriptionOptions;
  readonly source: AudioSource;
  readonly upload: Upload;
  readonly report: (report: LinkReport) => void;
}

const defaultGiveUpSeconds = 300;
/** Seconds: less is no audio. */
const tolerance = 0.005;
/** A connection that has lasted so long, or has brought anything new, is one that works. */
const steadyMs = 10_000;
/** Once in a while: two pages that take a session from each other are not to do so for ever. */
const takeBackMs = 60_000;

/** One session over as many sockets as it takes, one after the other. */
export class Link {
  readonly #parts: LinkOptions;
  readonly #tokens: Tokens;
  readonly #backoff: Backoff;
  #conversation: Conversation | undefined;
  #session: SessionInfo | undefined;
  /** Seconds: the audio before is told by events that the server keeps. */
  covered = 0;
  /** Seconds: where the audio begins that the present socket brings. */
  #from = 0;
  /** The number of the last event seen. */
  #after = 0;
  /** Whether the token is a new one that no server has taken yet. */
  #renewed = false;
  #movedAt = Number.NEGATIVE_INFINITY;
  #begunAt: number | undefined;
  #commit = false;
  #paused = false;
  #wake: () => void = () => undefined;

  constructor(parts: LinkOptions) {
    this.#parts = parts;
    this.#tokens = new Tokens(parts.options.token);
    this.#backoff = new Backoff(parts.options.giveUpSeconds ?? defaultGiveUpSeconds);
  }

  /** Resolves when the session has ended; throws what made it impossible to go on with. */
  async run(): Promise<void> {
    for (;;) {
      try {
        return await this.#converse();
      } catch (error) {
        await this.#recover(error);
      }
    }
  }

  /** There is more to send. */
  flush(): void {
    this.#conversation?.flush();
    this.#wake();
  }

  /** Asks for the final of what there is to send, of the next socket where there is none. */
  commit(): void {
    this.#commit = this.#conversation === undefined;
    this.#conversation?.commit();
  }

  /** While paused, a server that has closed for want of audio is left alone. */
  setPaused(paused: boolean): void {
    this.#paused = paused;
    this.#wake();
  }

  /** The socket is no good any more, whether it knows that or not. */
  reconnect(): void {
    this.#backoff.reset();
    this.#conversation?.leave(new TranscriptionError('connection_lost', 'Another is needed.', { retryable: true }));
  }

  async #converse(): Promise<void> {
    const { options, upload } = this.#parts;
    options.signal?.throwIfAborted();
    const token = await this.#tokens.get(options.signal);
    const conversation = new Conversation({
      socket: openSocketTo(options.url, token, options.openSocket),
      start: () => this.#startMessage(),
      upload,
      take: (received) => this.#take(received),
      signal: options.signal,
    });
    this.#conversation = conversation;
    try {
      await conversation.over;
    } finally {
      this.#conversation = undefined;
      upload.release();
    }
  }

  #startMessage(): object {
    const { options, source, upload } = this.#parts;
    const from = upload.rewind();
    if (from === undefined) {
      throw new TranscriptionError('connection_lost', 'The audio cannot be sent again: its beginning is gone.');
    }
    this.#from = from;
    if (this.#session === undefined) return startMessage(options, source);
    return resumeMessage({ session_id: this.#session.id, from, after: this.#after }, options, source);
  }

  #take({ message, seq }: Received): void {
    const { report, upload } = this.#parts;
    if (message.kind === 'covered') {
      if (message.through > this.covered) this.#backoff.reset();
      this.covered = message.through;
      return upload.cover(message.through);
    }
    if (message.kind === 'started') return this.#begin(message);
    if (seq !== undefined) {
      // Told again, as after a final that came with the socket's last breath.
      if (seq <= this.#after) return;
      this.#after = seq;
      this.#backoff.reset();
    }
    report(message);
  }

  #begin({ session, received }: StartedMessage): void {
    const { report } = this.#parts;
    this.#session ??= session;
    this.#begunAt = Date.now();
    this.#renewed = false;
    if (this.#commit) this.commit();
    report({ kind: 'live', session: this.#session });
    if (received !== undefined && received < this.#from - tolerance) report(lost(received, this.#from));
  }

  /** Resolves when another attempt is to be made; throws when none is. */
  async #recover(error: unknown): Promise<void> {
    const { options, upload, report } = this.#parts;
    options.signal?.throwIfAborted();
    if (!(error instanceof TranscriptionError)) throw error;
    const refused = isRefusal(error.code);
    if (refused && (this.#renewed || !this.#tokens.renewable)) throw error;
    if (!refused && !(this.#session?.resumable && (error.retryable || this.#mayTakeBack(error)))) throw error;
    // A browser does not tell a refused token from a server that is not there.
    if (refused || error.code === 'connection_refused') this.#tokens.forget();
    this.#renewed = refused;
    if (this.#session === undefined) return;
    while (error.code === 'idle_timeout' && this.#paused && !upload.ended) await this.#change();
    // A server that takes every session, to lose it at once, is not to be asked again at once for ever.
    if (this.#begunAt !== undefined && Date.now() - this.#begunAt > steadyMs) this.#backoff.reset();
    this.#begunAt = undefined;
    report({ kind: 'lost' });
    await this.#backoff.wait(error, options.signal);
  }

  /** What has taken the session may be an attempt of our own that came late. */
  #mayTakeBack({ code }: TranscriptionError): boolean {
    const may = code === 'session_moved' && Date.now() - this.#movedAt > takeBackMs;
    if (may) this.#movedAt = Date.now();
    return may;
  }

  /** Resolves at the next sign of life of the source, or of whoever pauses it. */
  #change(): Promise<void> {
    const woken = new Promise<void>((resolve) => {
      this.#wake = resolve;
    });
    return byDeadline(woken, { signal: this.#parts.options.signal });
  }
}

const lost = (start: number, end: number): ErrorEvent => ({
  kind: 'error',
  code: 'audio_lost',
  message: `The audio from ${start} s to ${end} s could not be kept until the connection was back.`,
  segment: undefined,
  start,
  end,
  fatal: false,
});
