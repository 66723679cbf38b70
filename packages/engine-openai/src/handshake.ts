import type { UpstreamSocket } from './upstream-socket.ts';

/** How a session begins: the service greets, is told what is wanted, and agrees. */
export class Handshake {
  /** Resolves when the service has agreed; rejects when it never will. */
  readonly done: Promise<void>;
  readonly #socket: UpstreamSocket;
  readonly #update: object;
  #awaited: 'greeting' | 'agreement' | 'nothing' = 'greeting';
  #resolve: () => void = () => undefined;
  #reject: (reason: unknown) => void = () => undefined;

  /** `update` is the event that asks for what is wanted. */
  constructor(socket: UpstreamSocket, update: object) {
    this.#socket = socket;
    this.#update = update;
    this.done = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
  }

  /** The service has said `session.created`. */
  greeted(): void {
    if (this.#awaited !== 'greeting') return;
    this.#awaited = 'agreement';
    this.#socket.send(JSON.stringify(this.#update));
  }

  /** The service has said `session.updated`. Answers whether that was what was waited for. */
  agreed(): boolean {
    if (this.#awaited !== 'agreement') return false;
    this.#awaited = 'nothing';
    this.#resolve();
    return true;
  }

  /** The session has ended; without effect once it had begun. */
  fail(reason: unknown): void {
    this.#awaited = 'nothing';
    this.#reject(reason);
  }
}
