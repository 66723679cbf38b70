import { setImmediate, setTimeout } from 'node:timers/promises';
import { StoreError } from '@live-transcribe/core';
import type { Append } from './append-batch.ts';

/** Appends in one transaction: more would make the others wait too long for it. */
const largestBatch = 64;

/** Appends that may wait: then the database is slower than speech, and saying so is better than filling the memory. */
const longestQueue = 10_000;

interface Waiting {
  readonly append: Append;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/**
 * From one transaction to the next, in ms, at least. A transaction of one final costs SQLite as much as one of three: what
 * comes so close together shares one. Who comes after a pause waits for nobody.
 */
const paceMs = 5;

/** Keeps a batch; resolves to what went wrong with single ones of it. Throws where nothing of it was kept. */
export type WriteBatch = (appends: readonly Append[]) => Promise<ReadonlyMap<Append, unknown>>;

/**
 * What arrives while a batch is being written, or soon after, makes up the next one: the first waits for nobody, and under
 * load a transaction is shared. Appends to one session keep their order, and never share one.
 */
export class AppendQueue {
  readonly #write: WriteBatch;
  #waiting: Waiting[] = [];
  #writing: Promise<void> | undefined;

  constructor(write: WriteBatch) {
    this.#write = write;
  }

  /** Resolves when it is kept. Throws `store_unavailable` while too many wait. */
  add(append: Append): Promise<void> {
    if (this.#waiting.length >= longestQueue)
      return Promise.reject(new StoreError('store_unavailable', 'The database is too slow for what is being said.'));
    return new Promise((resolve, reject) => {
      this.#waiting.push({ append, resolve, reject });
      this.#writing ??= this.#writeAll();
    });
  }

  /** Resolves when nothing waits. */
  async idle(): Promise<void> {
    await this.#writing;
  }

  async #writeAll(): Promise<void> {
    // What was added in this turn of the event loop shares the first batch.
    await Promise.resolve();
    while (this.#waiting.length > 0) {
      const next = performance.now() + paceMs;
      await this.#writeSome();
      const restMs = this.#waiting.length < largestBatch ? next - performance.now() : 0;
      // At least a turn of the event loop. SQLite does not wait for anything: else nobody would be heard until all is written.
      await (restMs > 0 ? setTimeout(restMs) : setImmediate());
    }
    this.#writing = undefined;
  }

  async #writeSome(): Promise<void> {
    const batch = this.#take();
    try {
      const faults = await this.#write(batch.map(({ append }) => append));
      for (const { append, resolve, reject } of batch) {
        if (faults.has(append)) reject(faults.get(append));
        else resolve();
      }
    } catch (error) {
      for (const { reject } of batch) reject(error);
    }
  }

  #take(): Waiting[] {
    const sessions = new Set<string>();
    const batch: Waiting[] = [];
    const rest: Waiting[] = [];
    for (const waiting of this.#waiting) {
      const { session } = waiting.append.claim;
      if (batch.length < largestBatch && !sessions.has(session)) batch.push(waiting);
      else rest.push(waiting);
      sessions.add(session);
    }
    this.#waiting = rest;
    return batch;
  }
}
