import { type Clock, withTimeLimit } from '@live-transcribe/core';
import { answerMs, type Connection, connect, end } from './redis.ts';

export interface ReaderOptions {
  readonly url: string;
  readonly clock: Clock;
  /** The streams to be read, and what to do with an entry of each. `isLate`: it was written some time before it is read. */
  readonly streams: Readonly<Record<string, (text: string | undefined, isLate: boolean) => void>>;
  /** Of past entries, those of so many ms are read first. */
  readonly pastMs: number;
  readonly told: (error: Error | undefined) => void;
  /** Called when the connection is there, again or for the first time, and everything from then on is read. */
  readonly onReady: () => void;
}

type Reply = readonly [key: string, entries: readonly (readonly [id: string, fields: readonly string[]])[]][] | null;

const blockMs = 2_000;
const countAtOnce = 256;
/** An entry that is older when it is read has waited for a connection. */
const lateMs = 3_000;
/** Between attempts, where a connection is there and refuses. */
const pauseMs = 500;

/** Reads streams by one connection that blocks, for as long as it is not ended. */
export class Reader {
  readonly #options: ReaderOptions;
  readonly #redis: Connection;
  readonly #ending = new AbortController();
  readonly #cursors = new Map<string, string>();
  readonly #working: Promise<void>;
  /** Of Redis' clock and ours; entries are dated by the former. */
  #skewMs = 0;
  #isReady = false;

  constructor(options: ReaderOptions) {
    this.#options = options;
    this.#redis = connect(options.url, 'reader', options.told);
    this.#redis.on('close', () => {
      this.#isReady = false;
    });
    this.#working = this.#work();
  }

  /** Whether what is written now will be read. */
  get isReady(): boolean {
    return this.#isReady;
  }

  async end(): Promise<void> {
    this.#ending.abort();
    end(this.#redis);
    await this.#working;
  }

  async #work(): Promise<void> {
    const { clock } = this.#options;
    const { signal } = this.#ending;
    while (!signal.aborted) {
      try {
        if (this.#redis.status !== 'ready') await this.#untilReady();
        await this.#orient();
        this.#isReady = true;
        this.#options.onReady();
        while (!signal.aborted) await this.#readSome();
      } catch {
        // The connection tells by itself what is wrong with it.
        this.#isReady = false;
        await clock.wait(pauseMs, signal).catch(() => undefined);
      }
    }
  }

  #untilReady(): Promise<void> {
    return new Promise((resolve) => {
      const done = () => {
        this.#redis.off('ready', done);
        this.#ending.signal.removeEventListener('abort', done);
        resolve();
      };
      this.#redis.on('ready', done);
      this.#ending.signal.addEventListener('abort', done);
    });
  }

  /** Where to read from: where it was, unless Redis is another one whose clock is behind. */
  async #orient(): Promise<void> {
    const { clock, streams, pastMs } = this.#options;
    const [seconds, micros] = await this.#within(answerMs, () => this.#redis.time());
    const now = Number(seconds) * 1000 + Math.floor(Number(micros) / 1000);
    this.#skewMs = now - clock.now();
    for (const stream of Object.keys(streams)) {
      const cursor = this.#cursors.get(stream);
      if (cursor === undefined || timeOf(cursor) > now) this.#cursors.set(stream, `${now - pastMs}-0`);
    }
  }

  async #readSome(): Promise<void> {
    const { clock, streams } = this.#options;
    const [keys, places] = [[...this.#cursors.keys()], [...this.#cursors.values()]];
    const reply: Reply = await this.#within(blockMs + answerMs, () =>
      this.#redis.xread('COUNT', countAtOnce, 'BLOCK', blockMs, 'STREAMS', ...keys, ...places),
    );
    const now = clock.now() + this.#skewMs;
    for (const [key, entries] of reply ?? []) {
      for (const [id, [, text]] of entries) {
        this.#cursors.set(key, id);
        streams[key]?.(text, now - timeOf(id) > lateMs);
      }
    }
  }

  /** A connection that does not answer in time is given up for another one. */
  async #within<T>(ms: number, work: () => Promise<T>): Promise<T> {
    const onLate = () => this.#redis.disconnect(true);
    return withTimeLimit({ ms, clock: this.#options.clock, onLate }, work);
  }
}

const timeOf = (id: string): number => Number(id.split('-')[0]);
