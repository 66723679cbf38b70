import { join } from 'node:path';
import {
  type Claim,
  type Clock,
  type LoggedEvent,
  type NewSession,
  type Seq,
  type SessionQuery,
  type SessionStore,
  StoreError,
  systemClock,
} from '@live-transcribe/core';
import { drain, endsRun, isProvisional, notedClaims, provisionalClaim } from './drain.ts';
import type { JournalEntry } from './entries.ts';
import { Journal } from './journal.ts';

export interface JournaledStoreOptions {
  /** Of a database that may not be reachable; closed with this one. */
  readonly store: SessionStore;
  /** For the journal; of this process alone. */
  readonly folder: string;
  /** Told what an operator should know, in sentences. */
  readonly warn: (message: string) => void;
  readonly clock?: Clock;
  /** From 0 to 1: spreads the attempts of several servers. */
  readonly random?: () => number;
  /** Of the journal; half an hour of 200 finals a second by default. */
  readonly maxBytes?: number;
}

const defaultMaxBytes = 256 * 1024 * 1024;

/** Between attempts to write the journal to the database. */
const pauses = { firstMs: 250, longestMs: 10_000 };

/** Where events go. */
type Target =
  | { readonly kind: 'database' }
  /** The database could not be reached, or has not caught up yet. */
  | { readonly kind: 'journal'; readonly reason: string };

/** Opens a store that keeps in a local journal what a database cannot take just now. Throws where the journal cannot be opened. */
export async function openJournaledStore(options: JournaledStoreOptions): Promise<SessionStore> {
  const { folder, maxBytes = defaultMaxBytes } = options;
  const journal = await Journal.open({ file: join(folder, 'journal.jsonl'), maxBytes });
  return new JournaledStore(options, journal, await notedClaims(journal));
}

class JournaledStore implements SessionStore {
  readonly #store: SessionStore;
  readonly #journal: Journal;
  readonly #warn: (message: string) => void;
  readonly #clock: Clock;
  readonly #random: () => number;
  readonly #ending = new AbortController();
  /** Of sessions that were created in the journal, as long as they live. */
  readonly #claims: Map<string, Claim>;
  #target: Target = { kind: 'database' };
  #recovering: Promise<void> | undefined;

  constructor(options: JournaledStoreOptions, journal: Journal, claims: Map<string, Claim>) {
    this.#store = options.store;
    this.#journal = journal;
    this.#warn = options.warn;
    this.#clock = options.clock ?? systemClock;
    this.#random = options.random ?? Math.random;
    this.#claims = claims;
    if (journal.bytes > 0) this.#turnToJournal('an earlier process has left entries in the journal');
  }

  create(session: NewSession): Promise<Claim> {
    return this.#orJournal(
      () => this.#store.create(session),
      { kind: 'create', session },
      provisionalClaim(session.id),
    );
  }

  async append(claim: Claim, events: readonly LoggedEvent[]): Promise<void> {
    await this.#orJournal(
      () => this.#store.append(this.#inForce(claim), events),
      { kind: 'append', claim, events },
      undefined,
    );
    if (endsRun(events) && this.#isDatabase()) this.#claims.delete(claim.session);
  }

  async claim(id: string) {
    // What the journal holds of it is not in the database yet: a successor would go on from an earlier place.
    this.#needDatabase();
    return this.#store.claim(id);
  }

  find(id: string) {
    return this.#store.find(id);
  }

  read(id: string, after: Seq, limit: number) {
    return this.#store.read(id, after, limit);
  }

  list(query: SessionQuery) {
    return this.#store.list(query);
  }

  async delete(id: string): Promise<boolean> {
    // The journal would bring it back.
    this.#needDatabase();
    return this.#store.delete(id);
  }

  expire(endedBefore: number, limit: number): Promise<number> {
    return this.#store.expire(endedBefore, limit);
  }

  async readiness() {
    if (this.#target.kind === 'database') return this.#store.readiness();
    return { ready: false, reason: this.#unavailable(this.#target.reason).message } as const;
  }

  async close(): Promise<void> {
    this.#ending.abort();
    await this.#recovering;
    await this.#journal.close();
    await this.#store.close();
  }

  async #orJournal<T>(work: () => Promise<T>, entry: JournalEntry, provisional: T): Promise<T> {
    if (this.#target.kind === 'database') {
      try {
        return await work();
      } catch (error) {
        if (!(error instanceof StoreError) || error.code !== 'store_unavailable') throw error;
        // Behind an event that went to the journal, the next one is out of order for the database: it follows.
        if (this.#isDatabase() && !error.retryable) throw error;
        this.#turnToJournal(error.message);
      }
    }
    await this.#journal.write(entry);
    return provisional;
  }

  /** Asked anew after every wait: the target changes meanwhile. */
  #isDatabase(): boolean {
    return this.#target.kind === 'database';
  }

  #inForce(claim: Claim): Claim {
    return isProvisional(claim) ? (this.#claims.get(claim.session) ?? claim) : claim;
  }

  #turnToJournal(reason: string): void {
    if (this.#target.kind === 'journal' || this.#ending.signal.aborted) return;
    this.#target = { kind: 'journal', reason };
    this.#warn(`Transcripts go to the journal: ${reason}`);
    this.#recovering = this.#recover(this.#recovering);
  }

  /** Goes on until the database has everything; `before`: the last time, whose entries have to be gone. */
  async #recover(before: Promise<void> | undefined): Promise<void> {
    await before;
    const { signal } = this.#ending;
    let place = 0;
    for (let pause = pauses.firstMs; !signal.aborted; pause = Math.min(2 * pause, pauses.longestMs)) {
      try {
        while (place < this.#journal.bytes) {
          await this.#journal.settled();
          for await (const done of drain(this.#draining, place)) {
            place = done;
            if (signal.aborted) return;
          }
        }
        this.#target = { kind: 'database' };
        this.#warn('The database has all that was in the journal.');
        await this.#journal.clear();
        return;
      } catch (error) {
        if (error instanceof Error) this.#target = { kind: 'journal', reason: error.message };
        // Aborted: it is closed, and the next process goes on.
        await this.#clock.wait(pause * (0.5 + this.#random() / 2), signal).catch(() => undefined);
      }
    }
  }

  get #draining() {
    return {
      journal: this.#journal,
      store: this.#store,
      claims: this.#claims,
      refused: (session: string, error: StoreError) =>
        this.#warn(`The database does not take what the journal has of session ${session}: ${error.message}`),
    };
  }

  #needDatabase(): void {
    if (this.#target.kind === 'journal') throw this.#unavailable(this.#target.reason);
  }

  #unavailable(reason: string): StoreError {
    const kib = Math.ceil(this.#journal.bytes / 1_024);
    return new StoreError('store_unavailable', `The database has to catch up (${kib} KiB in the journal): ${reason}`);
  }
}
