import type { IncomingMessage } from 'node:http';
import type { EngineError } from '@live-transcribe/core';
import { WebSocket } from 'ws';
import { httpFault, readBody } from './http-fault.ts';
import { retryAfterOf } from './retry-after.ts';
import type { Service } from './service.ts';
import { lost, openingError, unreachable } from './upstream-fault.ts';

export interface UpstreamSocketOptions {
  readonly url: URL;
  /** What says who we are. */
  readonly headers: Readonly<Record<string, string>>;
  readonly service: Service;
  message(text: string): void;
  /** The socket could not be opened, or has ended without `close` or `terminate` having been called. Comes once. */
  failed(error: EngineError): void;
}

/** No event of a transcription comes near; a message beyond it ends the connection. */
const maxPayload = 4 * 1024 * 1024;
/** Bytes that wait to be sent: 2 s of audio as base64. Above it a writer waits until less than half is left. */
const fullAt = 128 * 1024;
const roomAt = fullAt / 2;
/**
 * The network holds megabytes on its way to a service that reads slowly, minutes of audio, and loses them with the
 * connection. What no pong has told to be read may be so much: 20 s of audio, which a session still has.
 */
const unreadAt = 1_280 * 1024;
/** So often a pong is asked for: 4 s of audio. */
const markEvery = unreadAt / 5;
/** `ws` would send a Buffer as a binary message, and the service reads JSON from text only. */
const asText = { binary: false } as const;
/** For the service's answer to our close. */
const closeTimeoutMs = 1_000;

/** The WebSocket to the service: its texts, its back-pressure, and its end, whatever ends it. */
export class UpstreamSocket {
  readonly #socket: WebSocket;
  readonly #options: UpstreamSocketOptions;
  #isOver = false;
  #messages = 0;
  #pongs = 0;
  /** Bytes: given to the socket; when the last mark was; and told to be read. */
  #sent = 0;
  #marked = 0;
  #read = 0;
  #waiting: (() => void)[] = [];
  /** Resolves when nothing of the socket is left. */
  readonly closed: Promise<void>;

  constructor(options: UpstreamSocketOptions) {
    this.#options = options;
    const { url, headers, service } = options;
    this.#socket = new WebSocket(url, {
      headers: { ...headers },
      perMessageDeflate: false,
      maxPayload,
    });
    this.#socket.on('unexpected-response', (_request, response) => {
      void readBody(response)
        .catch(() => ({ text: '' }))
        .then(({ text }) => this.#fail(openingError(httpFault(refusal(response, text)), service)))
        .finally(() => this.#socket.terminate());
    });
    let hasOpened = false;
    let reason = '';
    this.#socket.on('open', () => {
      hasOpened = true;
    });
    this.#socket.on('error', (error) => {
      // Once it has been open a close follows, which tells more; before that, nobody was reached.
      if (hasOpened) reason = error.message;
      else this.#fail(unreachable(error, service));
    });
    this.#socket.on('message', (data) => {
      // The form in which `ws` gives messages unless it is told otherwise.
      if (this.#isOver || !Buffer.isBuffer(data)) return;
      this.#messages += 1;
      options.message(data.toString());
    });
    this.#socket.on('pong', (mark) => {
      this.#pongs += 1;
      this.#hearMark(Number(mark.toString()));
    });
    this.closed = new Promise((resolve) => {
      this.#socket.on('close', (code, closeReason) => {
        this.#fail(lost(code, closeReason.toString() || reason, service));
        this.#release();
        resolve();
      });
    });
  }

  send(message: string | Buffer): void {
    if (this.#isOver || this.#socket.readyState !== WebSocket.OPEN) return;
    // To be told of each send costs a turn of its own: needed only once so much waits that a writer may wait for it to shrink.
    const isCrowded = this.#socket.bufferedAmount + message.length > roomAt;
    this.#socket.send(message, asText, isCrowded ? this.#flushed : undefined);
    this.#sent += message.length;
    if (this.#sent - this.#marked >= markEvery) this.#mark();
  }

  ping(): void {
    if (!this.#isOver && this.#socket.readyState === WebSocket.OPEN) this.#socket.ping();
  }

  /** How many messages have come. */
  get messages(): number {
    return this.#messages;
  }

  /** How many messages and answers to pings have come. */
  get signs(): number {
    return this.#messages + this.#pongs;
  }

  get isPaused(): boolean {
    return this.#socket.isPaused;
  }

  /** Whether a writer has to wait for `drained`. */
  get isFull(): boolean {
    return !this.#isOver && (this.#socket.bufferedAmount > fullAt || this.#isUnread);
  }

  /** Resolves when there is room, or nothing more will be sent. */
  async drained(): Promise<void> {
    while (!this.#isOver && (this.#socket.bufferedAmount > roomAt || this.#isUnread)) {
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
  }

  /** Takes no more messages, until `resume`. */
  pause(): void {
    this.#socket.pause();
    this.#flushed();
  }

  resume(): void {
    this.#socket.resume();
  }

  /** Ends it in good order: what is being sent is sent. */
  close(): void {
    this.#isOver = true;
    this.#release();
    const limit = setTimeout(() => this.#socket.terminate(), closeTimeoutMs);
    this.#socket.once('close', () => clearTimeout(limit));
    // A paused socket would never see the answer.
    this.#socket.resume();
    this.#socket.close(1_000);
  }

  /** Ends it at once. */
  terminate(): void {
    this.#isOver = true;
    this.#release();
    this.#socket.terminate();
  }

  /** One function for all sends, so that a chunk of audio makes no closure. */
  readonly #flushed = (): void => {
    if (this.#waiting.length > 0 && this.#socket.bufferedAmount <= roomAt) this.#release();
  };

  /** While we take no messages nothing is told to be read either. */
  get #isUnread(): boolean {
    return this.#sent - this.#read > unreadAt && !this.#socket.isPaused;
  }

  /** A ping is answered when what was sent before it has been read. */
  #mark(): void {
    this.#marked = this.#sent;
    this.#socket.ping(String(this.#marked));
  }

  /** Other pings carry nothing, which is no progress. */
  #hearMark(position: number): void {
    if (!(position > this.#read && position <= this.#marked)) return;
    this.#read = position;
    this.#flushed();
  }

  #release(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const wake of waiting) wake();
  }

  #fail(error: EngineError): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#release();
    this.#options.failed(error);
  }
}

function refusal(response: IncomingMessage, body: string) {
  const headers = new Headers();
  for (const [name, value] of Object.entries(response.headers)) {
    if (typeof value === 'string') headers.set(name, value);
  }
  return { status: response.statusCode ?? 0, body, retryAfterMs: retryAfterOf(headers, Date.now()) };
}
