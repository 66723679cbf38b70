import { randomUUID } from 'node:crypto';
import {
  type Bound,
  type Clock,
  type Counters,
  type Leased,
  StoreError,
  systemClock,
  withTimeLimit,
} from '@live-transcribe/core';
import { answerMs, type Connection, connect, end } from '../redis.ts';
import { Holdings } from './holdings.ts';
import * as scripts from './scripts.ts';

export interface RedisCountersOptions {
  /** `redis:` or `rediss:`, with what it takes to log in. */
  readonly url: string;
  /** Of all keys; those that share it count together. */
  readonly prefix?: string;
  readonly clock?: Clock;
}

/** A server that has not said for so long that it lives is dead, and its leases with it. */
const livesMs = 20_000;
const renewMs = 5_000;
/** Leases are stated anew by then, so that nothing is left of a cluster that is gone. */
const keptMs = 15 * 60_000;
const restateMs = 5 * 60_000;
const keysPerScript = 500;

/** Counters in Redis: of all servers that share it. What they hold in common is asked for each time, and kept nowhere here. */
export class RedisCounters implements Counters {
  readonly #redis: Connection;
  readonly #server = randomUUID();
  readonly #prefix: string;
  readonly #clock: Clock;
  readonly #holdings = new Holdings();
  readonly #renewing: NodeJS.Timeout;
  /** When Redis was last told all that is leased here; `undefined` where it may have it wrong. */
  #statedAt: number | undefined;
  /** Leases that Redis has not answered yet: what it has of this server changes. */
  #underway = 0;
  #isClosed = false;

  /** Does not wait for Redis. */
  constructor({ url, prefix = 'live-transcribe', clock = systemClock }: RedisCountersOptions) {
    this.#prefix = prefix;
    this.#clock = clock;
    this.#redis = connect(url, 'counters', () => {
      this.#statedAt = undefined;
    });
    this.#redis.on('ready', () => void this.#renew());
    this.#renewing = setInterval(() => void this.#renew(), renewMs);
    this.#renewing.unref();
  }

  async lease(bounds: readonly Bound[]): Promise<Leased> {
    const keys = bounds.map(({ key }) => this.#key('lease', key));
    const limits = bounds.map(({ limit }) => (limit === Number.POSITIVE_INFINITY ? 'none' : limit));
    this.#holdings.take(keys);
    this.#underway += 1;
    try {
      const { lease } = scripts;
      const full = await this.#run(lease, keys, [this.#alive, this.#server, livesMs, keptMs, ...limits]);
      const bound = bounds[Number(full) - 1];
      if (bound) {
        this.#holdings.giveBack(keys);
        return { granted: false, full: bound };
      }
      return { granted: true, lease: { release: this.#releaser(keys) } };
    } catch (thrown) {
      this.#holdings.giveBack(keys);
      // It may have been leased all the same.
      this.#statedAt = undefined;
      throw thrown;
    } finally {
      this.#underway -= 1;
    }
  }

  async held(key: string): Promise<number> {
    return Number(await this.#run(scripts.held, [this.#key('lease', key)], [this.#alive]));
  }

  async add(key: string, amount: number, keepMs: number): Promise<number> {
    return Number(await this.#run(scripts.add, [this.#key('sum', key)], [amount, Math.ceil(keepMs)]));
  }

  async mark(key: string, keepMs: number): Promise<boolean> {
    const marked = await this.#within(() =>
      this.#redis.set(this.#key('mark', key), 1, 'PX', Math.max(1, Math.ceil(keepMs)), 'NX'),
    );
    return marked !== null;
  }

  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    clearInterval(this.#renewing);
    // Who does not live has no leases.
    if (this.#redis.status === 'ready') {
      await this.#within(() => this.#redis.unlink(`${this.#alive}${this.#server}`)).catch(() => undefined);
    }
    end(this.#redis);
  }

  get #alive(): string {
    return `${this.#prefix}:counting:`;
  }

  #key(kind: 'lease' | 'sum' | 'mark', key: string): string {
    return `${this.#prefix}:${kind}:${key}`;
  }

  #releaser(keys: readonly string[]): () => void {
    let released = false;
    return () => {
      if (released) return;
      released = true;
      this.#holdings.giveBack(keys);
      if (this.#isClosed) return;
      this.#run(scripts.release, keys, [this.#server]).catch(() => {
        this.#statedAt = undefined;
      });
    };
  }

  /** Says that this server lives, and what it has leased, where Redis may have that wrong or forget it. */
  async #renew(): Promise<void> {
    if (this.#isClosed || this.#redis.status !== 'ready') return;
    try {
      const before = await this.#within(() =>
        this.#redis.set(`${this.#alive}${this.#server}`, 1, 'PX', livesMs, 'GET'),
      );
      const isStale = this.#statedAt === undefined || this.#clock.now() - this.#statedAt > restateMs;
      // Who was taken for dead has had its leases taken away.
      if (before !== null && !isStale) return;
      // The next time, then.
      if (this.#underway > 0) return;
      this.#statedAt = this.#clock.now();
      for (const part of this.#holdings.parts(keysPerScript)) {
        const counts = part.map(([, count]) => count);
        await this.#run(
          scripts.restate,
          part.map(([key]) => key),
          [this.#server, keptMs, ...counts],
        );
      }
    } catch {
      this.#statedAt = undefined;
    }
  }

  #run(script: string, keys: readonly string[], values: readonly (string | number)[]): Promise<unknown> {
    return this.#within(() => this.#redis.eval(script, keys.length, ...keys, ...values));
  }

  async #within<T>(work: () => Promise<T>): Promise<T> {
    const onLate = () => this.#redis.disconnect(true);
    try {
      return await withTimeLimit({ ms: answerMs, clock: this.#clock, onLate }, work);
    } catch (cause) {
      const sentence = cause instanceof Error ? cause.message.replace(/\.$/, '') : String(cause);
      throw new StoreError('store_unavailable', `Redis does not count: ${sentence}.`, { cause });
    }
  }
}
