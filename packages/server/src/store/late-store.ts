import {
  asTranscribeError,
  type Claim,
  type Clock,
  type LoggedEvent,
  type NewSession,
  type Seq,
  type SessionQuery,
  type SessionStore,
  StoreError,
} from '@live-transcribe/core';
import type { Log } from '../observe/log.ts';
import { backoffMs } from './backoff.ts';

export interface LateStoreOptions {
  readonly open: () => Promise<SessionStore>;
  readonly clock: Clock;
  readonly random: () => number;
  readonly log: Log;
}

/** A store that may not be there yet: it is opened again and again, and until then all methods throw `store_unavailable`. */
export class LateStore implements SessionStore {
  readonly #ending = new AbortController();
  /** Ends when the store is open, or this one is closed. */
  readonly #opening: Promise<void>;
  #store: SessionStore | undefined;
  #reason = 'The store of transcripts is being opened.';

  constructor(options: LateStoreOptions) {
    this.#opening = this.#open(options);
  }

  /** Resolves when the first attempt to open it has been made, however it went. */
  static async open(options: LateStoreOptions): Promise<LateStore> {
    let tried = () => {};
    const firstTry = new Promise<void>((resolve) => {
      tried = resolve;
    });
    const store = new LateStore({ ...options, open: () => options.open().finally(tried) });
    await firstTry;
    return store;
  }

  async create(session: NewSession) {
    return this.#opened.create(session);
  }

  async claim(id: string) {
    return this.#opened.claim(id);
  }

  async append(claim: Claim, events: readonly LoggedEvent[]) {
    return this.#opened.append(claim, events);
  }

  async find(id: string) {
    return this.#opened.find(id);
  }

  async read(id: string, after: Seq, limit: number) {
    return this.#opened.read(id, after, limit);
  }

  async list(query: SessionQuery) {
    return this.#opened.list(query);
  }

  async delete(id: string) {
    return this.#opened.delete(id);
  }

  async expire(endedBefore: number, limit: number) {
    return this.#opened.expire(endedBefore, limit);
  }

  async readiness() {
    if (!this.#store) return { ready: false, reason: this.#reason } as const;
    return this.#store.readiness();
  }

  async close(): Promise<void> {
    this.#ending.abort();
    await this.#opening;
    await this.#store?.close();
  }

  get #opened(): SessionStore {
    if (this.#store) return this.#store;
    throw new StoreError('store_unavailable', this.#reason);
  }

  async #open({ open, clock, random, log }: LateStoreOptions): Promise<void> {
    const { signal } = this.#ending;
    for (let failures = 0; !this.#store && !signal.aborted; failures += 1) {
      try {
        this.#store = await open();
        if (failures > 0) log.info('the store of transcripts is open now');
      } catch (thrown) {
        this.#reason = asTranscribeError(thrown).message;
        if (failures === 0) log.error({ err: thrown }, `transcripts are not kept: ${this.#reason}`);
        // Aborted: it is closed.
        await clock.wait(backoffMs(failures, random()), signal).catch(() => undefined);
      }
    }
  }
}
