import type { ClosedSocket, Socket } from '../../src/socket.ts';

type Listeners = {
  open: () => void;
  error: () => void;
  message: (event: { data: unknown }) => void;
  close: (event: ClosedSocket) => void;
};

/** A socket without a network, so that time can be moved by hand. */
export class ManualSocket implements Socket {
  readyState = 1;
  bufferedAmount = 0;
  binaryType = 'blob';
  readonly sent: unknown[] = [];
  closedWith: number | undefined;
  readonly #listeners: Partial<Listeners> = {};

  addEventListener<Type extends keyof Listeners>(type: Type, listener: Listeners[Type]): void {
    this.#listeners[type] = listener;
  }

  send(data: unknown): void {
    this.sent.push(data);
  }

  close(code = 1005): void {
    if (this.closedWith !== undefined) return;
    this.closedWith = code;
    this.#listeners.close?.({ code, reason: '' });
  }

  open(): void {
    this.#listeners.open?.();
  }

  hear(message: object): void {
    this.#listeners.message?.({ data: JSON.stringify(message) });
  }
}
