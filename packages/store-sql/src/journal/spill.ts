import { randomUUID } from 'node:crypto';
import { mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import {
  asTranscribeError,
  type Claim,
  type LoggedEvent,
  type NewSession,
  type SessionStore,
} from '@live-transcribe/core';
import { lock } from 'proper-lockfile';
import { drain, notedClaims, provisionalClaim } from './drain.ts';
import type { JournalEntry } from './entries.ts';
import { Journal } from './journal.ts';

export interface SpillOptions {
  /** Shared by the servers of a machine, where it is; each has a file of its own in it. */
  readonly folder: string;
  /** Told what an operator should know, in sentences. */
  readonly warn: (message: string) => void;
  /** Of the file; half an hour of 200 finals a second by default. */
  readonly maxBytes?: number;
}

const defaultMaxBytes = 256 * 1024 * 1024;
const extension = '.jsonl';
/** A file whose server has not said for so long that it lives is left behind. */
const locking = { stale: 20_000, update: 5_000, realpath: false } as const;

/**
 * Where what sessions have said waits for a database that is away, so that it survives the end of the process. What the
 * process itself still has in memory it brings to the database itself; `adoptSpills` brings what it did not come to.
 */
export class Spill {
  readonly #options: SpillOptions;
  readonly #journal: Journal;
  readonly #file: string;
  readonly #unlock: () => Promise<void>;
  /** Sessions that have something in it which the database does not have. */
  readonly #held = new Set<string>();
  #isBroken = false;
  #closing: Promise<void> | undefined;

  private constructor(options: SpillOptions, journal: Journal, file: string, unlock: () => Promise<void>) {
    this.#options = options;
    this.#journal = journal;
    this.#file = file;
    this.#unlock = unlock;
  }

  /** Throws where there can be no such file. */
  static async open(options: SpillOptions): Promise<Spill> {
    const { folder, warn, maxBytes = defaultMaxBytes } = options;
    const file = join(folder, `${randomUUID()}${extension}`);
    const journal = await Journal.open({ file, maxBytes });
    const onCompromised = (error: Error) => warn(`The journal ${file} may be taken for left behind: ${error.message}`);
    const unlock = await lock(file, { ...locking, onCompromised });
    return new Spill(options, journal, file, unlock);
  }

  /** Resolves when the events would survive the end of the process, or cannot: then the operator is told, once. */
  async keep(session: NewSession, claim: Claim | undefined, events: readonly LoggedEvent[]): Promise<void> {
    const entries: JournalEntry[] = [{ kind: 'append', claim: claim ?? provisionalClaim(session.id), events }];
    if (claim === undefined && !this.#held.has(session.id)) entries.unshift({ kind: 'create', session });
    this.#held.add(session.id);
    await this.#write(entries);
  }

  /** The database has made the session: what is kept of it follows under this claim. */
  async created(claim: Claim): Promise<void> {
    if (this.#held.has(claim.session)) await this.#write([{ kind: 'created', claim }]);
  }

  /** The database has all that was said in a session. Resolves when the file is empty, if that was the last one; never throws. */
  async kept(session: string): Promise<void> {
    if (!this.#held.delete(session) || this.#held.size > 0) return;
    try {
      await this.#journal.clear();
      this.#isBroken = false;
    } catch (thrown) {
      this.#tell(thrown);
    }
  }

  /** Leaves behind what the database does not have. May be called again. */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    await this.#journal.close();
    if (this.#held.size === 0) await rm(this.#file, { force: true });
    await this.#unlock();
  }

  /** Asked for at once, so that they follow one another whatever else is written. */
  async #write(entries: readonly JournalEntry[]): Promise<void> {
    try {
      await Promise.all(entries.map((entry) => this.#journal.write(entry)));
    } catch (thrown) {
      this.#tell(thrown);
    }
  }

  #tell(thrown: unknown): void {
    if (!this.#isBroken) this.#options.warn(asTranscribeError(thrown).message);
    this.#isBroken = true;
  }
}

export interface Adoption {
  readonly folder: string;
  readonly store: SessionStore;
  /** Told what the store has refused for good, in sentences. */
  readonly warn: (message: string) => void;
}

/** Brings to the store what servers have left behind that live no more; answers how many there were. Throws `StoreError`. */
export async function adoptSpills(adoption: Adoption): Promise<number> {
  await mkdir(adoption.folder, { recursive: true });
  const files = (await readdir(adoption.folder)).filter((name) => name.endsWith(extension));
  let adopted = 0;
  for (const name of files) if (await adopt(join(adoption.folder, name), adoption)) adopted += 1;
  return adopted;
}

async function adopt(file: string, { store, warn }: Adoption): Promise<boolean> {
  // Whoever has the lock lives, or adopts it.
  const unlock = await lock(file, locking).catch(() => undefined);
  if (!unlock) return false;
  try {
    const journal = await Journal.open({ file, maxBytes: Number.POSITIVE_INFINITY });
    try {
      const claims = await notedClaims(journal);
      const refused = (session: string, error: Error) =>
        warn(`The store does not take what was left behind of session ${session}: ${error.message}`);
      await drain({ journal, store, claims, refused });
    } finally {
      await journal.close();
    }
    await rm(file, { force: true });
    return true;
  } finally {
    await unlock();
  }
}
