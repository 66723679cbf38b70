import { WebSocket } from 'ws';

export type Message = Readonly<Record<string, unknown>>;

/** A client of the gateway, as a test sees it: what it has read, and how it was closed. */
export class WireClient {
  readonly messages: Message[] = [];
  readonly closed: Promise<{ readonly code: number; readonly reason: string }>;
  readonly socket: WebSocket;
  #changed: (() => void)[] = [];
  #over = false;

  constructor(
    url: string,
    { protocols = [], ...options }: { readonly headers?: Record<string, string>; readonly protocols?: string[] } = {},
  ) {
    this.socket = new WebSocket(url, protocols, options);
    this.socket.on('message', (data: Buffer) => {
      this.messages.push(JSON.parse(data.toString()));
      this.#wake();
    });
    this.closed = new Promise((resolve) => {
      this.socket.on('close', (code, reason) => {
        this.#over = true;
        resolve({ code, reason: reason.toString() });
        this.#wake();
      });
    });
    this.socket.on('error', () => undefined);
  }

  /** Connected to the gateway's socket at `path`. */
  static async open(port: number, path: string): Promise<WireClient> {
    const client = new WireClient(`ws://127.0.0.1:${port}${path}`);
    await new Promise<void>((resolve, reject) => {
      client.socket.once('open', resolve);
      client.socket.once('error', reject);
    });
    return client;
  }

  send(message: object | string | Uint8Array): void {
    const raw = typeof message === 'string' || message instanceof Uint8Array;
    this.socket.send(raw ? message : JSON.stringify(message));
  }

  /** The first message, read or to come, that has `key`; rejects when the socket closes without one. */
  async next(key: string, matches: (message: Message) => boolean = () => true): Promise<Message> {
    for (;;) {
      const found = this.messages.find((message) => key in message && matches(message));
      if (found) return found;
      if (this.#over) throw new Error(`Closed without "${key}": ${JSON.stringify(this.messages)}`);
      await new Promise<void>((resolve) => this.#changed.push(resolve));
    }
  }

  all(key: string): unknown[] {
    return this.messages.filter((message) => key in message).map((message) => message[key]);
  }

  #wake(): void {
    const waiting = this.#changed;
    this.#changed = [];
    for (const wake of waiting) wake();
  }
}

/** The samples as they are on the wire: PCM16, little endian. */
export function pcm16(samples: Int16Array): Uint8Array {
  return new Uint8Array(samples.buffer, samples.byteOffset, samples.byteLength);
}
