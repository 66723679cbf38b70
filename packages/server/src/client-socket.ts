import { type Frame, Subscription, type TranscribeError } from '@live-transcribe/core';
import { WebSocket } from 'ws';

/** Bytes of messages that may wait to be decoded before the socket is read no further. */
const waitingBytes = 256 * 1024;
/** What an object in a queue costs, so that a flood of empty messages fills it too. */
const frameOverhead = 64;
/** Bytes that may wait for a client to read them before the next event waits too. */
const unreadBytes = 64 * 1024;

/** RFC 6455 section 5.5. */
const longestReason = 123;

const tooBig = (bytes: number) =>
  `A message may have at most ${bytes} bytes. Send audio in smaller pieces as it arrives.`;

/** A message, and when it came, as of `performance.now()`. */
export type ReceivedFrame = Frame & { readonly at: number };

/** Tells a client why it is closed for breaking the WebSocket protocol itself, which `ws` alone does by a bare code. */
export class ExplainingWebSocket extends WebSocket {
  /** Set by the conversation, which knows how its protocol words an error. */
  explain: ((code: 'message_too_big' | 'bad_message', message: string) => string) | undefined;
  maxMessageBytes = 0;

  override close(code?: number, reason?: string | Buffer): void {
    if (reason === undefined && this.explain !== undefined && this.readyState === WebSocket.OPEN) {
      if (code === 1009) this.send(this.explain('message_too_big', tooBig(this.maxMessageBytes)));
      if (code === 1007) this.send(this.explain('bad_message', 'Text messages must be valid UTF-8.'));
    }
    super.close(code, reason);
  }
}

/** A client's socket as a stream of frames, with a `send` that waits for a slow reader. */
export class ClientSocket {
  readonly frames: Subscription<ReceivedFrame>;
  readonly #socket: ExplainingWebSocket;
  #lastHeard = performance.now();
  /** Senders that wait for the client to read. */
  #waiting = 0;
  #waitingSince: number | undefined;
  #ending: TranscribeError | undefined;
  #closeCode: number | undefined;

  constructor(socket: ExplainingWebSocket, explain: NonNullable<ExplainingWebSocket['explain']>) {
    this.#socket = socket;
    socket.explain = explain;
    this.frames = new Subscription({
      capacity: waitingBytes,
      weigh: (frame) => frameOverhead + (frame.kind === 'text' ? frame.text.length : frame.bytes.length),
    });
    socket.on('message', (data: Buffer, isBinary) => this.#take(data, isBinary));
    // What broke is told by the close that follows.
    socket.on('error', () => undefined);
    socket.on('close', (code) => {
      this.#closeCode = code;
      this.frames.end();
    });
  }

  /** When the client last sent a message, as of `performance.now()`. */
  get lastHeard(): number {
    return this.#lastHeard;
  }

  get open(): boolean {
    return this.#socket.readyState === WebSocket.OPEN;
  }

  /** Why the frames were ended from here. */
  get ending(): TranscribeError | undefined {
    return this.#ending;
  }

  /** Whether the client itself has ended the connection as it should. */
  get saidGoodbye(): boolean {
    return this.#closeCode === 1000;
  }

  /** Since when there is something that the client does not read, as of `performance.now()`. */
  get waitingSince(): number | undefined {
    return this.#waitingSince;
  }

  /** Whether the client is not read, because it is ahead. */
  get paused(): boolean {
    return this.#socket.isPaused;
  }

  /** Whether somebody waits for the client to read. */
  get waits(): boolean {
    return this.#waiting > 0;
  }

  /** Resolves when the client has room for more; `undefined` when it has already, or has gone. */
  send(text: string): Promise<void> | undefined {
    if (!this.open) return undefined;
    if (this.#socket.bufferedAmount >= unreadBytes) return this.#sendAndWait(text);
    this.#socket.send(text);
    return undefined;
  }

  /**
   * Says goodbye and resolves when the socket is closed. `withinMs`: how long a client may take to answer; `ws` gives it
   * 30 s.
   */
  async close(code: number, reason: string, withinMs?: number): Promise<void> {
    this.frames.end();
    if (this.#socket.readyState === WebSocket.CLOSED) return;
    const closed = new Promise<void>((resolve) => this.#socket.once('close', () => resolve()));
    // Nobody reads the frames any more, but the client's answer to the close is still to be read.
    this.#socket.resume();
    this.#socket.close(code, reasonOf(reason));
    const late = withinMs === undefined ? undefined : setTimeout(() => this.#socket.terminate(), withinMs);
    await closed;
    clearTimeout(late);
  }

  /** Ends the frames; the conversation tells the client why, after what was sent before is dealt with. */
  endWith(error: TranscribeError): void {
    this.#ending ??= error;
    this.frames.fail(error);
  }

  /** The same for one whom nobody waits for: a client that does not read is not told. */
  dismiss(error: TranscribeError): void {
    this.endWith(error);
    if (this.waits) this.#socket.terminate();
  }

  #sendAndWait(text: string): Promise<void> {
    this.#waiting += 1;
    this.#waitingSince ??= performance.now();
    return new Promise<void>((resolve) => {
      this.#socket.send(text, () => {
        this.#waiting -= 1;
        // What was taken is a sign of life, whatever else waits.
        this.#waitingSince = this.#waiting > 0 ? performance.now() : undefined;
        resolve();
      });
    });
  }

  #take(data: Buffer, isBinary: boolean): void {
    const at = performance.now();
    this.#lastHeard = at;
    const frame: ReceivedFrame = isBinary
      ? { kind: 'binary', bytes: data, at }
      : { kind: 'text', text: data.toString(), at };
    if (this.frames.push(frame)) return;
    this.#socket.pause();
    void this.frames.room().then(() => this.#socket.resume());
  }
}

/** As much of a sentence as fits into a close frame: 123 bytes, of whole characters. */
function reasonOf(sentence: string): Buffer {
  const bytes = new Uint8Array(longestReason);
  const { written } = new TextEncoder().encodeInto(sentence, bytes);
  return Buffer.from(bytes.buffer, 0, written);
}
