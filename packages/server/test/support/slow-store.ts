import {
  type Claim,
  type LoggedEvent,
  type NewSession,
  type Seq,
  type SessionQuery,
  type SessionStore,
  StoreError,
  type StoreErrorCode,
} from '@live-transcribe/core';

/** How the store behaves now. */
export interface Mood {
  /** What it answers to everything; with `store_fenced` its server has lost its sessions. */
  refuses?: StoreErrorCode | undefined;
  /** How many turns of the loop an answer takes, and before that the work itself; a promise that it waits for besides. */
  turns?: () => number;
  until?: Promise<void> | undefined;
}

/** A store that takes its time, and may refuse. */
export class SlowStore implements SessionStore {
  readonly #store: SessionStore;
  readonly #mood: Mood;

  constructor(store: SessionStore, mood: Mood) {
    this.#store = store;
    this.#mood = mood;
  }

  create(session: NewSession) {
    return this.#use(() => this.#store.create(session));
  }

  claim(id: string) {
    return this.#use(() => this.#store.claim(id));
  }

  append(claim: Claim, events: readonly LoggedEvent[]) {
    return this.#use(() => this.#store.append(claim, events));
  }

  find(id: string) {
    return this.#use(() => this.#store.find(id));
  }

  read(id: string, after: Seq, limit: number) {
    return this.#use(() => this.#store.read(id, after, limit));
  }

  list(query: SessionQuery) {
    return this.#use(() => this.#store.list(query));
  }

  delete(id: string) {
    return this.#use(() => this.#store.delete(id));
  }

  expire(endedBefore: number, limit: number) {
    return this.#use(() => this.#store.expire(endedBefore, limit));
  }

  async readiness() {
    const { refuses } = this.#mood;
    return refuses ? ({ ready: false, reason: refused } as const) : this.#store.readiness();
  }

  close() {
    return this.#store.close();
  }

  async #use<T>(work: () => Promise<T>): Promise<T> {
    await this.#passTime();
    this.#check();
    const done = await work();
    await this.#passTime();
    // The answer does not arrive.
    this.#check();
    return done;
  }

  #check(): void {
    if (this.#mood.refuses) throw new StoreError(this.#mood.refuses, refused);
  }

  async #passTime(): Promise<void> {
    const { turns = () => 0, until } = this.#mood;
    for (let left = turns(); left > 0; left -= 1) await new Promise((resolve) => setImmediate(resolve));
    await until;
  }
}

const refused = 'The test has ordered this.';
