import { TranscriptionError } from './errors.ts';
import type { ErrorEvent, Received } from './messages.ts';
import { parseServerMessage } from './parse-message.ts';
import { settleable } from './settleable.ts';
import { type ClosedSocket, closeError, type Socket, socketOpen } from './socket.ts';
import type { Upload } from './upload.ts';

export interface ConversationOptions {
  readonly socket: Socket;
  /** Makes the first message, once the socket is open. */
  readonly start: () => object;
  readonly upload: Upload;
  /** In the order of their coming; the errors that explain a close are left out. */
  readonly take: (received: Received) => void;
  readonly signal: AbortSignal | undefined;
}

/** Beyond what a working server takes to load a model. */
const startWithinMs = 10_000;
/** Without a word from the server or audio leaving for it, after it was asked for the last words. */
const silenceAfterStopMs = 15_000;
/** Of the time in which the server has promised to say something. */
const patience = 2.5;
/** Handed to the socket in advance: sockets take everything, and say by `bufferedAmount` alone that it is too much. */
const inFlightBytes = 256 * 1024;
/** Sockets do not say when there is room again. */
const lookAgainMs = 50;

/** Close codes: after the first the server finalises what was said, after any other it waits for the client's return. */
const goodbye = 1000;
const comingBack = 4000;

/** One socket's share of a session: audio goes from the upload to the server, messages come back. */
export class Conversation {
  /** Resolves when the server has said everything; throws why the socket was lost before. */
  readonly over: Promise<void>;
  readonly #options: ConversationOptions;
  readonly #over = settleable<void>();
  #begun = false;
  #ended = false;
  #stopped = false;
  #commit = false;
  #heartbeatMs: number | undefined;
  /** An error of no part of the audio: the next message or the close shows what it was about. */
  #said: (Received & { readonly message: ErrorEvent }) | undefined;
  #watch: ReturnType<typeof setTimeout> | undefined;
  #later: ReturnType<typeof setTimeout> | undefined;

  constructor(options: ConversationOptions) {
    this.#options = options;
    this.over = this.#over.promise;
    const { socket, signal } = options;
    socket.binaryType = 'arraybuffer';
    socket.addEventListener('open', () => this.#open(), { once: true });
    socket.addEventListener('message', ({ data }) => this.#take(data), {});
    // The close that follows tells all there is to know.
    socket.addEventListener('error', () => undefined, {});
    socket.addEventListener('close', (closed) => this.#closed(closed), { once: true });
    signal?.addEventListener('abort', this.#abort);
    this.#expect();
  }

  /** Sends what there is to send. To be called when there is more. */
  flush(): void {
    if (!this.#begun || this.#stopped) return;
    const { socket, upload } = this.#options;
    while (socket.bufferedAmount < inFlightBytes) {
      const bytes = upload.next();
      if (bytes === undefined) return this.#afterAudio();
      this.#send(bytes);
    }
    this.#later ??= setTimeout(() => {
      this.#later = undefined;
      this.flush();
    }, lookAgainMs);
  }

  /** Asks for the final of what there is to send. */
  commit(): void {
    this.#commit = true;
    this.flush();
  }

  /** Gives the socket up. */
  leave(reason: unknown): void {
    this.#finish(reason);
  }

  #afterAudio(): void {
    if (this.#commit) this.#send('{"action":"commit"}');
    this.#commit = false;
    if (!this.#options.upload.ended) return;
    this.#stopped = true;
    this.#send('{"action":"stop"}');
    this.#expect();
  }

  #open(): void {
    try {
      this.#send(JSON.stringify(this.#options.start()));
    } catch (error) {
      this.#finish(error);
    }
  }

  #take(data: unknown): void {
    if (this.#ended) return;
    try {
      const received = parseServerMessage(data);
      if (received !== undefined) this.#obey(received);
    } catch (error) {
      this.#finish(error);
    }
  }

  #obey(received: Received): void {
    const { take } = this.#options;
    const { message } = received;
    const said = this.#said;
    this.#said = undefined;
    if (said) take(said);
    if (message.kind === 'error' && message.segment === undefined && message.start === undefined) {
      this.#said = { ...received, message };
      return;
    }
    take(received);
    if (message.kind === 'ended') return this.#finish();
    if (message.kind === 'started') {
      this.#begun = true;
      this.#heartbeatMs = message.heartbeatSeconds && message.heartbeatSeconds * 1000;
      this.flush();
    }
    this.#expect();
  }

  #closed(closed: ClosedSocket): void {
    this.#finish(closeError(closed, this.#begun ? 'connection_lost' : 'connection_refused', this.#said?.message));
  }

  /** The server is to say something in time, where it must. */
  #expect(): void {
    clearTimeout(this.#watch);
    const { socket } = this.#options;
    const heartbeat = this.#heartbeatMs && this.#heartbeatMs * patience;
    const withinMs = this.#begun ? (this.#stopped ? silenceAfterStopMs : heartbeat) : startWithinMs;
    if (withinMs === undefined || this.#ended) return;
    const buffered = socket.bufferedAmount;
    this.#watch = setTimeout(() => {
      if (this.#stopped && socket.bufferedAmount < buffered) return this.#expect();
      const message = 'The server did not answer in time.';
      this.#finish(new TranscriptionError('connection_timeout', message, { retryable: true }));
    }, withinMs);
  }

  /** While the server closes there is nobody to send to; its close, which follows, says why. */
  #send(data: string | Uint8Array<ArrayBuffer>): void {
    const { socket } = this.#options;
    if (socket.readyState === socketOpen) socket.send(data);
  }

  readonly #abort = (): void => this.#finish(this.#options.signal?.reason);

  /** The first ending counts. */
  #finish(failure?: unknown): void {
    if (this.#ended) return;
    this.#ended = true;
    clearTimeout(this.#watch);
    clearTimeout(this.#later);
    this.#options.signal?.removeEventListener('abort', this.#abort);
    this.#options.socket.close(failure instanceof TranscriptionError && failure.retryable ? comingBack : goodbye);
    if (failure === undefined) this.#over.resolve();
    else this.#over.reject(failure);
  }
}
