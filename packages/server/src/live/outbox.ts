import {
  asTranscribeError,
  type Claim,
  type Clock,
  type LoggedEvent,
  type NewSession,
  type SessionStore,
  type TranscribeError,
} from '@live-transcribe/core';
import type { Spill } from '@live-transcribe/store-sql';
import type { Log } from '../observe/log.ts';
import { backoffMs } from '../store/backoff.ts';
import type { StorePatience } from '../store/store-patience.ts';

/** An hour of talk, at a sentence every few seconds. */
const capacity = 1_024;
const batchSize = 128;

export interface OutboxOptions {
  readonly session: NewSession;
  /** Of a session that is kept already. */
  readonly claim: Claim | undefined;
  /** The number of the last event that is kept already. */
  readonly stored: number;
  readonly store: Pick<SessionStore, 'create' | 'append'>;
  readonly clock: Clock;
  readonly random: () => number;
  readonly log: Log;
  readonly patience: StorePatience;
  /** Where events wait as well while the store is away, so that they survive the end of this process. */
  readonly spill: Spill | undefined;
  /** The session is no longer ours: another server has claimed it, or it was deleted. */
  readonly onFenced: () => void;
}

/**
 * What one session has to keep, on its way to the store: in order, each event once, again and again while the store
 * cannot take it.
 *
 * Bound: 1,024 events. What comes while so many wait is not kept, and the log says so; those that wait still will be.
 */
export class Outbox {
  readonly #options: OutboxOptions;
  #ended = false;
  /** While the store is away, and the next attempt waits. */
  #pausing: AbortController | undefined;
  #claim: Claim | undefined;
  #waiting: LoggedEvent[] = [];
  #waiters: (() => void)[] = [];
  #stored: number;
  /** The number of the last event that went to the spill, too. */
  #spilled = 0;
  #working = false;
  #full = false;

  constructor(options: OutboxOptions) {
    this.#options = options;
    this.#claim = options.claim;
    this.#stored = options.stored;
  }

  /** Events up to this number are kept. */
  get stored(): number {
    return this.#stored;
  }

  /** How many events wait. */
  get size(): number {
    return this.#waiting.length;
  }

  /** Whether everything is kept that will be. */
  get empty(): boolean {
    return this.#waiting.length === 0;
  }

  /** What waits, after number `after`. */
  waiting(after: number): readonly LoggedEvent[] {
    return this.#waiting.filter(({ seq }) => seq > after);
  }

  /**
   * Resolves when the event is kept, or has waited for 2 s and, where there is a spill, been put there; `undefined` where
   * there is nothing to wait for.
   */
  keep(event: LoggedEvent): Promise<void> | undefined {
    if (this.#ended || this.#full) return undefined;
    if (this.#waiting.length >= capacity) {
      this.#full = true;
      this.#options.log.error(`${capacity} events wait for the store: what follows in this session is not kept`);
      return undefined;
    }
    this.#waiting.push(event);
    if (!this.#working) void this.#work();
    return this.#options.patience.isOut ? this.#toSpill() : this.#kept(event.seq);
  }

  /** Resolves when nothing waits any more. */
  async emptied(): Promise<void> {
    while (!this.empty && !this.#ended) await this.#change();
  }

  /** Keeps nothing more; what waits is lost. */
  end(): void {
    this.#ended = true;
    this.#pausing?.abort();
    this.#waiting = [];
    this.#wakeAll();
  }

  async #kept(seq: number): Promise<void> {
    const { patience } = this.#options;
    const wait = patience.begin(this.#wakeAll);
    while (this.#stored < seq && !patience.isOut && !this.#ended) await this.#change();
    wait.end();
    if (this.#stored < seq) await this.#toSpill();
  }

  /** Puts what waits where a later process finds it. */
  #toSpill(): Promise<void> | undefined {
    const { spill, session } = this.#options;
    const news = this.#waiting.filter(({ seq }) => seq > this.#spilled);
    const last = news.at(-1);
    if (!spill || !last || this.#ended) return undefined;
    this.#spilled = last.seq;
    return spill.keep(session, this.#claim, news);
  }

  async #work(): Promise<void> {
    this.#working = true;
    for (let failures = 0; !this.empty; ) {
      try {
        await this.#keepSome();
        failures = 0;
      } catch (thrown) {
        const error = asTranscribeError(thrown);
        if (error.code === 'store_fenced') this.#fence();
        else {
          if (failures === 0) this.#note(error);
          await this.#pause(failures);
          failures += 1;
        }
      }
    }
    this.#working = false;
  }

  /** That the store is away is told for all sessions at once; anything else is about this one. */
  #note(error: TranscribeError): void {
    const level = error.code === 'store_unavailable' ? 'debug' : 'warn';
    this.#options.log[level]({ err: error }, 'the store does not keep the session just now');
  }

  async #keepSome(): Promise<void> {
    const { store, session, patience, spill } = this.#options;
    if (!this.#claim) {
      this.#claim = await store.create(session);
      if (this.#spilled > 0) await spill?.created(this.#claim);
    }
    const some = this.#waiting.slice(0, batchSize);
    await store.append(this.#claim, some);
    if (this.#ended) return;
    this.#waiting.splice(0, some.length);
    this.#stored = some.at(-1)?.seq ?? this.#stored;
    if (this.empty && this.#spilled > 0) void spill?.kept(session.id);
    patience.answered();
    this.#wakeAll();
  }

  #fence(): void {
    if (this.#ended) return;
    this.end();
    this.#options.onFenced();
  }

  async #pause(failures: number): Promise<void> {
    const { clock, random } = this.#options;
    this.#pausing = new AbortController();
    // When it ends there is no more to do, and `empty` says so.
    await clock.wait(backoffMs(failures, random()), this.#pausing.signal).catch(() => undefined);
    this.#pausing = undefined;
  }

  #change(): Promise<void> {
    return new Promise((resolve) => this.#waiters.push(resolve));
  }

  readonly #wakeAll = (): void => {
    const waiting = this.#waiters;
    this.#waiters = [];
    for (const wake of waiting) wake();
  };
}
