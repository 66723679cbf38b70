import type { Acknowledgement, ProtocolCodec, Resumption, SessionEvent, TranscribeError } from '@live-transcribe/core';
import type { ClientSocket } from '../client-socket.ts';
import type { Rings } from '../observe/rings.ts';
import type { ClientOrigin } from '../observe/session-observation.ts';

export interface SeatOptions {
  readonly socket: ClientSocket;
  readonly codec: ProtocolCodec;
  readonly rings: Rings;
  readonly origin: ClientOrigin;
}

/** The place of one connection at a live session: what is said to it, and how it is asked to make room. */
export class Seat {
  /** Resolves when the connection does nothing with the session any more. */
  readonly left: Promise<void>;
  /** The connection does nothing with the session from now on. */
  readonly leave: () => void;
  readonly #options: SeatOptions;
  #dismissal: TranscribeError | undefined;

  constructor(options: SeatOptions) {
    this.#options = options;
    let leave = () => {};
    this.left = new Promise((resolve) => {
      leave = resolve;
    });
    this.leave = leave;
  }

  /** Why the session is no longer this connection's. */
  get dismissal(): TranscribeError | undefined {
    return this.#dismissal;
  }

  get origin(): ClientOrigin {
    return this.#options.origin;
  }

  get open(): boolean {
    return this.#options.socket.open;
  }

  /** Resolves when the client has room for more; `undefined` when it has already, or has gone. */
  tell(event: SessionEvent, session: string): Promise<void> | undefined {
    const { codec, socket, rings } = this.#options;
    // The end of a run is the end of the session for those only who have said so, or have to hear what went wrong.
    if (event.kind === 'closed' && !event.stopped && !event.error) return undefined;
    const text = codec.encode(event);
    if (text === undefined || !socket.open) return undefined;
    rings.frontText.add(session, event);
    return socket.send(text);
  }

  /** Tells an event of the past: what a connection has become is not told to the next one. */
  tellAgain(event: SessionEvent, session: string): Promise<void> | undefined {
    const isPast = event.kind === 'opened' || (event.kind === 'closed' && !event.stopped);
    return isPast ? undefined : this.tell(event, session);
  }

  greet(resumption: Resumption): Promise<void> | undefined {
    const text = this.#options.codec.encodeResumption(resumption);
    return text === undefined ? undefined : this.#options.socket.send(text);
  }

  acknowledge(acknowledgement: Acknowledgement): void {
    const { codec, socket } = this.#options;
    const text = socket.waits ? undefined : codec.encodeAcknowledgement(acknowledgement);
    if (text !== undefined) void socket.send(text);
  }

  /** No more is heard of the client: the session is over. */
  end(): void {
    this.#options.socket.frames.end();
  }

  /** Ends the connection, which has to leave at once; the first reason counts. */
  dismiss(reason: TranscribeError): void {
    if (this.#dismissal) return;
    this.#dismissal = reason;
    this.#options.socket.dismiss(reason);
  }
}
