import { type Clock, withTimeLimit } from '@live-transcribe/core';
import type { Outgoing } from './outgoing.ts';
import { answerMs, type Connection, connect, end } from './redis.ts';
import { type Call, encode } from './wire.ts';

export interface PostOptions {
  readonly url: string;
  readonly prefix: string;
  readonly clock: Clock;
  readonly told: (error: Error | undefined) => void;
  readonly onReady: () => void;
}

/** Entries that a stream keeps for a reader that is behind: of a server's own stream some seconds, of calls some minutes. */
const longest = { inbox: 1_000, calls: 10_000 };
/** What nobody writes to any more is forgotten: the stream of a server that has gone. */
const lastsMs = 60_000;
/** In one entry of a stream. */
const lettersAtOnce = 128;

/** Writes to the streams of other servers. */
export class Post {
  readonly #options: PostOptions;
  readonly #redis: Connection;

  constructor(options: PostOptions) {
    this.#options = options;
    this.#redis = connect(options.url, 'post', options.told);
    this.#redis.on('ready', options.onReady);
  }

  get isReady(): boolean {
    return this.#redis.status === 'ready';
  }

  get callsKey(): string {
    return `${this.#options.prefix}:calls`;
  }

  inboxOf(server: string): string {
    return `${this.#options.prefix}:server:${server}`;
  }

  /** Writes calls and the first letters that wait. What fails is lost: nobody could tell whether it has arrived. */
  async send(by: string, calls: readonly Call[], outgoing: Outgoing): Promise<void> {
    const pipeline = this.#redis.pipeline();
    const write = (key: string, most: number, items: Parameters<typeof encode>[1]) => {
      pipeline.xadd(key, 'MAXLEN', '~', most, '*', 'm', encode(by, items));
      pipeline.pexpire(key, lastsMs);
    };
    if (calls.length > 0) write(this.callsKey, longest.calls, calls);
    for (const [to, letters] of outgoing.take(lettersAtOnce)) write(this.inboxOf(to), longest.inbox, letters);
    await this.#within(() => pipeline.exec()).catch(() => undefined);
  }

  /** Throws where Redis is away. */
  async call(by: string, calls: readonly Call[]): Promise<void> {
    const { callsKey } = this;
    const pipeline = this.#redis.pipeline();
    pipeline.xadd(callsKey, 'MAXLEN', '~', longest.calls, '*', 'm', encode(by, calls));
    pipeline.pexpire(callsKey, lastsMs);
    await this.#within(() => pipeline.exec());
  }

  /** Ends it, with what was written to this server. */
  async close(server: string): Promise<void> {
    if (this.isReady) await this.#within(() => this.#redis.unlink(this.inboxOf(server))).catch(() => undefined);
    end(this.#redis);
  }

  #within<T>(work: () => Promise<T>): Promise<T> {
    const onLate = () => this.#redis.disconnect(true);
    return withTimeLimit({ ms: answerMs, clock: this.#options.clock, onLate }, work);
  }
}
