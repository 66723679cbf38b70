import { once } from 'node:events';
import type { WebSocket } from 'ws';

const opusPacketSeconds = 0.02;

/** The server's end of one conversation, in the hands of a test. */
export class FakeClient {
  readonly socket: WebSocket;
  readonly closed: Promise<number>;
  readonly #texts: unknown[] = [];
  readonly #audio: Buffer[] = [];
  #wake: () => void = () => undefined;

  constructor(socket: WebSocket) {
    this.socket = socket;
    this.closed = once(socket, 'close').then(([code]) => Number(code));
    socket.on('message', (data: Buffer, isBinary) => {
      if (isBinary) this.#audio.push(data);
      else this.#texts.push(JSON.parse(data.toString()));
      this.#wake();
    });
  }

  /** All samples so far, of a page that sends them as they are. */
  get samples(): Int16Array {
    const bytes = Uint8Array.from(Buffer.concat(this.#audio));
    return new Int16Array(bytes.buffer);
  }

  get sampleCount(): number {
    return this.byteCount / 2;
  }

  get byteCount(): number {
    return this.#audio.reduce((bytes, chunk) => bytes + chunk.length, 0);
  }

  /** All bytes so far. */
  get bytes(): Buffer {
    return Buffer.concat(this.#audio);
  }

  say(message: object): void {
    this.socket.send(JSON.stringify(message));
  }

  /** Begins a session to which a client cannot come back, unless `resumable_s` says that it can. */
  begin(more: object = {}): void {
    this.say({ session_id: 'a1', engine: 'pocketsphinx', model: 'pocketsphinx-en-us', language: 'en', ...more });
  }

  partial(segment: number, text: string, start = segment * 3): void {
    this.say({ partial: text, segment, start, end: start + 2 });
  }

  final(segment: number, text: string, start = segment * 3, more: object = {}): void {
    this.say({ final: text, segment, start, end: start + 2.5, ...more });
  }

  /** The next text message. */
  async next(): Promise<unknown> {
    while (this.#texts.length === 0) await this.#change();
    return this.#texts.shift();
  }

  /** Until so many samples have come. */
  async hear(count: number): Promise<void> {
    while (this.sampleCount < count) await this.#change();
  }

  /** Until so many packets of 20 ms have come. */
  async hearPackets(seconds: number): Promise<void> {
    while (this.#audio.length * opusPacketSeconds < seconds) await this.#change();
  }

  /** Answers the stop that must come next, whatever commits come before it. */
  async end(): Promise<void> {
    let message = await this.next();
    while (JSON.stringify(message) === '{"action":"commit"}') message = await this.next();
    if (JSON.stringify(message) !== '{"action":"stop"}') throw new Error(`No stop, but ${JSON.stringify(message)}`);
    this.say({ ended: true, duration: 3, segments: 0 });
    this.socket.close(1000);
  }

  #change(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve;
    });
  }
}
