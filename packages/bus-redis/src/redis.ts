import { Redis } from 'ioredis';

export interface RedisOptions {
  /** `redis:` or `rediss:`, with what it takes to log in. */
  readonly url: string;
  /** Told once when Redis cannot be reached, and once when it is there again; in sentences without the address. */
  readonly warn: (message: string) => void;
}

/** A connection that has brought no answer for so long is dead. */
export const answerMs = 1_500;
const connectMs = 2_000;
const retry = { firstMs: 100, longestMs: 3_000 };

/** What this package asks of a connection. */
export type Connection = Redis;

/**
 * A connection that comes back by itself, for ever, with growing pauses. While it is away commands fail at once: nothing
 * waits in it. The first attempt is under way.
 */
export function connect(url: string, name: string, told: (error: Error | undefined) => void): Connection {
  const redis = new Redis(url, {
    // Whatever speaks Redis' protocol: version 3 of it is not everywhere.
    protocol: 2,
    connectionName: `live-transcribe-${name}`,
    enableOfflineQueue: false,
    autoResendUnfulfilledCommands: false,
    maxRetriesPerRequest: 0,
    connectTimeout: connectMs,
    retryStrategy: (times) => pauseMs(times),
    // After a failover the old leader is one that only reads.
    reconnectOnError: ({ message }) => message.startsWith('READONLY'),
  });
  // Without a listener the library writes to the console.
  redis.on('error', (error: Error) => told(error));
  redis.on('close', () => told(new Error('The connection was lost.')));
  redis.on('ready', () => told(undefined));
  return redis;
}

const pauseMs = (times: number): number =>
  Math.min(retry.firstMs * 2 ** Math.min(times - 1, 10), retry.longestMs) * (0.5 + Math.random() / 2);

/** Says once that Redis is away, and once that it is back. */
export class Weather {
  readonly #warn: RedisOptions['warn'];
  readonly #what: string;
  #away = false;

  constructor(warn: RedisOptions['warn'], what: string) {
    this.#warn = warn;
    this.#what = what;
  }

  readonly tell = (error: Error | undefined): void => {
    if (this.#away === (error !== undefined)) return;
    this.#away = error !== undefined;
    this.#warn(error ? `Redis cannot be reached: ${sentenceOf(error)}. ${this.#what}` : 'Redis is there again.');
  };
}

/** The address, and with it a password, is in no message of the library; that of a name with two addresses is empty. */
export function sentenceOf(error: unknown): string {
  const first: unknown = error instanceof AggregateError ? error.errors[0] : error;
  const shown = first instanceof Error ? first : error;
  return (shown instanceof Error ? shown.message : String(shown)).replace(/\.$/, '');
}

/** Ends it without waiting for what is under way. */
export function end(redis: Connection): void {
  redis.disconnect();
}
