import { rulerAudio } from '@live-transcribe/testkit';
import { testRate } from '../test-gateway.ts';
import { type Message, pcm16, WireClient } from '../wire-client.ts';

const path = '/v1/transcriptions';
/** In samples; no whole number of ms, so that connections are lost between them. */
export const chunk = 333;

/** How audio goes over the wire, from a sample of the ruler on; a container begins with its header wherever that is. */
export type Packets = (from: number, to: number) => Iterable<Uint8Array>;

export const pcmPackets: Packets = function* (from, to) {
  for (let at = from; at < to; at += chunk) yield pcm16(rulerAudio(at, Math.min(chunk, to - at)));
};

export interface ReturningClientOptions {
  readonly port: number;
  /** Of the ruler, in samples. */
  readonly length: number;
  readonly packets?: Packets;
  /** Samples at a time. */
  readonly step?: number;
  readonly start?: object;
}

/** A client that keeps to the wire of sessions that can be resumed, and whose connection is not to be relied on. */
export class ReturningClient {
  /** All it was told, over all connections. */
  readonly told: Message[] = [];
  socket: WireClient | undefined;
  port: number;
  session = '';
  covered = 0;
  after = 0;
  /** The next sample to send. */
  position = 0;
  readonly #options: ReturningClientOptions;
  #read = 0;

  constructor(options: ReturningClientOptions) {
    this.#options = options;
    this.port = options.port;
  }

  async start(): Promise<void> {
    const client = await WireClient.open(this.port, path);
    this.#take(client);
    client.send({ ...this.#format, action: 'start', resumable: true });
    this.session = String((await client.next('session_id'))['session_id']);
  }

  /** Opens another connection, and resolves without waiting for an answer. */
  async resume(): Promise<WireClient> {
    const client = await WireClient.open(this.port, path);
    this.#take(client);
    this.position = Math.round(this.covered * testRate);
    const resume = { session_id: this.session, from: this.covered, after: this.after };
    client.send({ ...this.#format, action: 'start', resume });
    return client;
  }

  /** Sends so many steps of what is left. */
  async speak(steps = Number.POSITIVE_INFINITY): Promise<void> {
    const { length, packets = pcmPackets, step = chunk } = this.#options;
    const until = Math.min(length, this.position + steps * step);
    for (const packet of packets(this.position, until)) {
      this.socket?.send(packet);
      await new Promise((resolve) => setImmediate(resolve));
    }
    this.position = until;
  }

  /** Loses the connection without a goodbye. */
  async lose(): Promise<void> {
    this.socket?.socket.terminate();
    await this.socket?.closed;
    this.#learn();
  }

  /** Leaves the connection as it is when it has been answered, and hears no more of it. */
  async desert(): Promise<WireClient> {
    const { socket } = this;
    if (!socket) throw new Error('There is no connection to leave.');
    await socket.next('session_id');
    this.#learn();
    return socket;
  }

  async stop(): Promise<{ readonly code: number }> {
    this.socket?.send({ action: 'stop' });
    return this.closed();
  }

  async closed(): Promise<{ readonly code: number }> {
    const closed = await this.socket?.closed;
    this.#learn();
    return closed ?? { code: 0 };
  }

  get finals(): string[] {
    return this.told.flatMap(({ final }) => (typeof final === 'string' ? [final] : []));
  }

  get seqs(): number[] {
    return this.told.flatMap((message) =>
      'covered' in message || !('seq' in message) ? [] : [Number(message['seq'])],
    );
  }

  get #format() {
    return this.#options.start ?? { encoding: 'pcm16', sample_rate: testRate };
  }

  #take(client: WireClient): void {
    this.socket = client;
    this.#read = 0;
  }

  /** What the connection that is over has brought. */
  #learn(): void {
    for (const message of this.socket?.messages.slice(this.#read) ?? []) {
      this.told.push(message);
      if ('covered' in message) this.covered = Number(message['covered']);
      else if ('seq' in message) this.after = Number(message['seq']);
    }
    this.#read = this.socket?.messages.length ?? 0;
  }
}

/** The stretches of the ruler that texts name, those that continue one another as one: `0-47999` when nothing is amiss. */
export function joinedStretches(texts: readonly string[]): string {
  const stretches: { from: number; to: number }[] = [];
  for (const stretch of texts.flatMap((text) => text.split(' '))) {
    const [from = Number.NaN, to = Number.NaN] = stretch.split('-').map(Number);
    const last = stretches.at(-1);
    if (last?.to === from - 1) last.to = to;
    else stretches.push({ from, to });
  }
  return stretches.map(({ from, to }) => `${from}-${to}`).join(' ');
}
