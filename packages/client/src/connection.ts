import { BoundedStream } from './bounded-stream.ts';
import { byDeadline } from './deadline.ts';
import { TranscriptionError } from './errors.ts';
import { parseServerMessage, type ServerMessage, type SessionInfo, type TranscriptionEvent } from './messages.ts';
import { type ClosedSocket, closeError, type OpenSocket, type Socket, socketAddress, socketOpen } from './socket.ts';

export interface ConnectOptions {
  /** The address of `/v1/transcriptions`; `http(s):` and `ws(s):` mean the same. */
  readonly url: string | URL;
  /** Hz of the mono samples that will be sent. */
  readonly sampleRate: number;
  /** ISO 639-1, or `auto`; the server's default is `en`. */
  readonly language?: string;
  readonly model?: string;
  /** Words or a sentence that help the recognition. */
  readonly prompt?: string;
  /** Whether finals shall carry their words' times. */
  readonly words?: boolean;
  /** Ends the conversation at once, at any time. */
  readonly signal?: AbortSignal;
  /** Where there is no global `WebSocket`, as in Node 20. */
  readonly openSocket?: OpenSocket;
}

/** Beyond what a working server takes to load a model. */
const startWithinMs = 10_000;
/** Without a word from the server or audio leaving for it, after the client has said that it stops. */
const silenceAfterStopMs = 10_000;
/** Of audio that the network may be behind: a lift or a change of network is bridged, a hopeless line is not. */
const bufferedSeconds = 30;
/** Partials merge, so that only finals pile up: hours of speech. */
const waitingEvents = 10_000;
const bytesPerSample = 2;

type State = 'opening' | 'talking' | 'stopping' | 'over';

/** Opens a conversation; resolves when the server has begun the session. Throws `TranscriptionError`. */
export async function connect(options: ConnectOptions): Promise<Connection> {
  options.signal?.throwIfAborted();
  const connection = new Connection(open(options), options);
  await connection.started;
  return connection;
}

function open({ url, openSocket }: ConnectOptions): Socket {
  try {
    const address = socketAddress(url);
    return openSocket === undefined ? new WebSocket(address) : openSocket(address);
  } catch (cause) {
    // An address that is none, or one that the page's security forbids.
    throw new TranscriptionError('connection_refused', `There can be no connection to ${String(url)}.`, { cause });
  }
}

/** One conversation over `WS /v1/transcriptions`: samples go in, events come out. */
export class Connection {
  /** One reader. Ends when the conversation does; throws `TranscriptionError` when it ended before its time. */
  readonly events: AsyncIterable<TranscriptionEvent>;
  /** Resolves when the server has begun the session. */
  readonly started: Promise<SessionInfo>;

  readonly #socket: Socket;
  readonly #events: BoundedStream<TranscriptionEvent>;
  readonly #mostBuffered: number;
  readonly #signal: AbortSignal | undefined;
  readonly #start = settleable<SessionInfo>();
  readonly #end = settleable<void>();
  #state: State = 'opening';
  #failure: unknown;
  /** The server's last message, if that was an error: then it is why the socket closes next. */
  #lastError: TranscriptionError | undefined;
  #stopTimer: ReturnType<typeof setTimeout> | undefined;

  constructor(socket: Socket, options: ConnectOptions) {
    this.#socket = socket;
    this.#signal = options.signal;
    this.#mostBuffered = bufferedSeconds * options.sampleRate * bytesPerSample;
    this.#events = new BoundedStream({
      capacity: waitingEvents,
      replaces: (waiting, next) => waiting.kind === 'partial' && 'segment' in next && waiting.segment === next.segment,
      overflow: () => new TranscriptionError('events_not_read', `${waitingEvents} events wait to be read.`),
    });
    this.events = this.#events;

    socket.binaryType = 'arraybuffer';
    socket.addEventListener('open', () => this.#greet(options), { once: true });
    socket.addEventListener('message', ({ data }) => this.#take(data), {});
    // The close that follows tells all there is to know.
    socket.addEventListener('error', () => undefined, {});
    socket.addEventListener('close', (closed) => this.#closed(closed), { once: true });
    this.#signal?.addEventListener('abort', this.#abort);

    const late = () => new TranscriptionError('connection_timeout', 'The server did not answer in time.');
    this.started = byDeadline(this.#start.promise, { withinMs: startWithinMs, late });
    this.started.catch((error: unknown) => this.#finish(error));
  }

  /**
   * Sends mono samples at the rate declared; they are the caller's again afterwards. Throws once the conversation is
   * over, and ends it by `connection_too_slow` when the network is more than 30 s of audio behind.
   */
  send(samples: Int16Array): void {
    this.#refuseWhenOver();
    if (this.#socket.bufferedAmount + samples.byteLength > this.#mostBuffered) {
      const behind = `The network is more than ${bufferedSeconds} s of audio behind.`;
      this.#finish(new TranscriptionError('connection_too_slow', behind));
      this.#refuseWhenOver();
    }
    this.#sendIfOpen(bytesOf(samples));
  }

  /** Asks for the final of what has been said so far. */
  commit(): void {
    this.#refuseWhenOver();
    this.#sendIfOpen('{"action":"commit"}');
  }

  /**
   * No more audio comes. Resolves when the remaining finals are there, which the reader of `events` gets; throws what
   * ended the conversation early. The wait is bounded: 10 s in which no audio leaves and the server says nothing.
   */
  async stop(): Promise<void> {
    if (this.#state === 'talking') {
      this.#state = 'stopping';
      this.#sendIfOpen('{"action":"stop"}');
      this.#awaitSignOfLife();
    }
    await this.#end.promise;
  }

  #greet({ sampleRate, language, model, prompt, words }: ConnectOptions): void {
    if (this.#state !== 'opening') return;
    const audio = { encoding: 'pcm16', sample_rate: sampleRate };
    this.#socket.send(JSON.stringify({ action: 'start', language, model, prompt, words, ...audio }));
  }

  #take(data: unknown): void {
    if (this.#state === 'over') return;
    try {
      const message = parseServerMessage(data);
      if (message !== undefined) this.#obey(message);
    } catch (error) {
      this.#finish(error);
    }
  }

  #obey(message: ServerMessage): void {
    this.#lastError = message.kind === 'error' ? new TranscriptionError(message.code, message.message) : undefined;
    if (message.kind === 'started') {
      if (this.#state === 'opening') this.#state = 'talking';
      this.#start.resolve(message.session);
      return;
    }
    if (this.#state === 'stopping') this.#awaitSignOfLife();
    const taken = this.#events.push(message);
    if (!taken) this.#finish(new TranscriptionError('events_not_read', 'Nobody reads the events.'));
    if (message.kind === 'ended') this.#finish();
  }

  #closed(closed: ClosedSocket): void {
    const fallback = this.#state === 'opening' ? 'connection_refused' : 'connection_lost';
    this.#finish(this.#lastError ?? closeError(closed, fallback));
  }

  #awaitSignOfLife(): void {
    clearTimeout(this.#stopTimer);
    const behind = this.#socket.bufferedAmount;
    this.#stopTimer = setTimeout(() => {
      if (this.#socket.bufferedAmount < behind) return this.#awaitSignOfLife();
      this.#finish(new TranscriptionError('connection_timeout', 'The server did not send the last words in time.'));
    }, silenceAfterStopMs);
  }

  /** While the server closes there is nobody to send to; its close, which follows, ends the conversation and says why. */
  #sendIfOpen(data: string | Uint8Array<ArrayBuffer>): void {
    if (this.#socket.readyState === socketOpen) this.#socket.send(data);
  }

  readonly #abort = (): void => this.#finish(this.#signal?.reason);

  #refuseWhenOver(): void {
    if (this.#state !== 'over') return;
    if (this.#failure instanceof Error) throw this.#failure;
    throw new TranscriptionError('connection_lost', 'The conversation is over.', { cause: this.#failure });
  }

  /** The first ending counts. */
  #finish(failure?: unknown): void {
    if (this.#state === 'over') return;
    this.#state = 'over';
    this.#failure = failure;
    clearTimeout(this.#stopTimer);
    this.#signal?.removeEventListener('abort', this.#abort);
    this.#socket.close(1000);
    if (failure === undefined) {
      this.#events.end();
      this.#end.resolve();
      this.#start.reject(new TranscriptionError('connection_refused', 'The server ended before it began.'));
    } else {
      this.#events.fail(failure);
      this.#end.reject(failure);
      this.#start.reject(failure);
    }
  }
}

/** A view where that will do: browsers send no memory that is shared with a worker. */
function bytesOf({ buffer, byteOffset, byteLength }: Int16Array): Uint8Array<ArrayBuffer> {
  if (buffer instanceof ArrayBuffer) return new Uint8Array(buffer, byteOffset, byteLength);
  return Uint8Array.from(new Uint8Array(buffer, byteOffset, byteLength));
}

interface Settleable<T> {
  readonly promise: Promise<T>;
  resolve(value: T): void;
  reject(error: unknown): void;
}

function settleable<T>(): Settleable<T> {
  let resolve: (value: T) => void = () => undefined;
  let reject: (error: unknown) => void = () => undefined;
  const promise = new Promise<T>((onValue, onError) => {
    resolve = onValue;
    reject = onError;
  });
  // Whoever waits is told; nobody has to.
  promise.catch(() => undefined);
  return { promise, resolve, reject };
}
