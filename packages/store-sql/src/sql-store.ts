import { setImmediate } from 'node:timers/promises';
import {
  type Claim,
  type LoggedEvent,
  type NewSession,
  type Seq,
  type SessionPage,
  type SessionQuery,
  type SessionRecord,
  type SessionStore,
  StoreError,
} from '@live-transcribe/core';
import { CompiledQuery, Kysely } from 'kysely';
import { type Append, appendBatch, appendRest, type Batch, holeAfter, notOurs } from './append-batch.ts';
import { AppendQueue } from './append-queue.ts';
import { type AppendStatements, appendStatements } from './append-statements.ts';
import { appendTransaction } from './append-transaction.ts';
import type { StoreDialect } from './dialect.ts';
import { listSessions } from './list.ts';
import { eventOf, recordOf } from './record.ts';
import { migrate } from './schema.ts';
import { Servers } from './servers.ts';
import { createSession, removeSession } from './sessions.ts';
import type { Tables } from './tables.ts';
import { isSessionId } from './text.ts';

/** A closed session is nobody's. */
const noServers: ReadonlySet<string> = new Set();

/** The store by SQL, the same for both databases. */
export class SqlStore implements SessionStore {
  readonly #db: Kysely<Tables>;
  readonly #dialect: StoreDialect;
  readonly #secret: string;
  readonly #now: () => number;
  readonly #statements: AppendStatements;
  readonly #begin: CompiledQuery;
  readonly #servers: Servers;
  readonly #appends = new AppendQueue((appends) => this.#write(appends));

  private constructor(db: Kysely<Tables>, dialect: StoreDialect, secret: string, now: () => number) {
    this.#db = db;
    this.#dialect = dialect;
    this.#secret = secret;
    this.#now = now;
    this.#servers = new Servers(db, now);
    this.#statements = appendStatements(db, dialect);
    this.#begin = CompiledQuery.raw(dialect.begin);
  }

  /** Opens the database and brings it up to date. `now` gives ms since 1970. Throws `StoreError`. */
  static async open(dialect: StoreDialect, now: () => number): Promise<SqlStore> {
    const db = new Kysely<Tables>({ dialect: dialect.kysely });
    try {
      return new SqlStore(db, dialect, await migrate(db, dialect), now);
    } catch (error) {
      await db.destroy();
      throw dialect.fault(error);
    }
  }

  create(session: NewSession): Promise<Claim> {
    return this.#told(async () => {
      await this.#servers.announce();
      return createSession(this.#db, session, this.#servers.id);
    });
  }

  claim(id: string): Promise<{ readonly claim: Claim; readonly record: SessionRecord } | undefined> {
    return this.#about(id, undefined, async () => {
      await this.#servers.announce();
      const owner = this.#servers.id;
      const row = await this.#transaction((db) =>
        db
          .updateTable('sessions')
          .set((eb) => ({ epoch: eb('epoch', '+', 1), owner }))
          .where('id', '=', id)
          .returningAll()
          .executeTakeFirst(),
      );
      return row && { claim: { session: id, epoch: row.epoch }, record: recordOf(row, new Set([owner])) };
    });
  }

  async append(claim: Claim, events: readonly LoggedEvent[]): Promise<void> {
    if (events.length === 0) return;
    if (!isSessionId(claim.session)) throw notOurs();
    events.forEach(({ seq }, index) => {
      const before = events[index - 1]?.seq ?? seq - 1;
      if (seq !== before + 1) throw holeAfter(before, seq);
    });
    await this.#appends.add({ claim, events });
  }

  find(id: string): Promise<SessionRecord | undefined> {
    return this.#about(id, undefined, async () => {
      const row = await this.#db.selectFrom('sessions').selectAll().where('id', '=', id).executeTakeFirst();
      if (row?.state !== 'live') return row && recordOf(row, noServers);
      return recordOf(row, await this.#servers.living());
    });
  }

  read(id: string, after: Seq, limit: number): Promise<readonly LoggedEvent[]> {
    return this.#about(id, [], async () => {
      const rows = await this.#db
        .selectFrom('events')
        .select('body')
        .where('session', '=', (eb) => eb.selectFrom('sessions').select('key').where('id', '=', id))
        .where('seq', '>', after)
        .orderBy('seq')
        .limit(limit)
        .execute();
      return rows.map(({ body }) => eventOf(body, id));
    });
  }

  list(query: SessionQuery): Promise<SessionPage> {
    return this.#told(async () => {
      const living = await this.#servers.living();
      return listSessions({ db: this.#db, index: this.#dialect.search, secret: this.#secret, living }, query);
    });
  }

  delete(id: string): Promise<boolean> {
    return this.#about(id, false, async () => {
      const found = await this.#transaction((db) => removeSession(db, this.#dialect, id));
      if (found) await this.#dialect.afterDelete(this.#db);
      return found;
    });
  }

  expire(endedBefore: number, limit: number): Promise<number> {
    return this.#told(async () => {
      const ended = await this.#db
        .selectFrom('sessions')
        .select('id')
        .where('ended_at', '<', endedBefore)
        .orderBy('ended_at')
        .limit(limit)
        .execute();
      let removed = 0;
      for (const { id } of ended) {
        if (await this.#transaction((db) => removeSession(db, this.#dialect, id, endedBefore))) removed += 1;
        // SQLite does not wait for anything: else nobody would be heard until all are removed.
        await setImmediate();
      }
      if (removed > 0) await this.#dialect.afterDelete(this.#db);
      return removed;
    });
  }

  async readiness(): Promise<{ readonly ready: true } | { readonly ready: false; readonly reason: string }> {
    try {
      // Only a write shows that a write would succeed.
      await this.#told(() => this.#db.updateTable('store').set({ probed_at: this.#now() }).execute());
      const shortage = await this.#told(() => this.#dialect.shortage());
      return shortage === undefined ? { ready: true } : { ready: false, reason: shortage };
    } catch (error) {
      return { ready: false, reason: error instanceof Error ? error.message : String(error) };
    }
  }

  async close(): Promise<void> {
    await this.#appends.idle();
    await this.#servers.leave();
    await this.#db.destroy();
  }

  async #write(appends: readonly Append[]): Promise<ReadonlyMap<Append, unknown>> {
    const rest = await this.#writeTogether(appends);
    const faults = new Map<Append, unknown>();
    for (const append of rest) {
      try {
        await this.#appending((batch) => appendRest(batch, append));
      } catch (error) {
        faults.set(append, error);
      }
    }
    return faults;
  }

  /** Answers what is to be written alone: all of it, where something among it is what the database cannot take. */
  async #writeTogether(appends: readonly Append[]): Promise<readonly Append[]> {
    try {
      return await this.#appending((batch) => appendBatch(batch, appends));
    } catch (error) {
      if (error instanceof StoreError && !error.retryable) return appends;
      throw error;
    }
  }

  #appending<T>(work: (batch: Batch) => Promise<T>): Promise<T> {
    const batch = { statements: this.#statements, search: this.#dialect.search, now: this.#now() };
    return this.#told(() => appendTransaction(this.#db, this.#begin, (db) => work({ ...batch, db })));
  }

  #transaction<T>(work: (db: Kysely<Tables>) => Promise<T>): Promise<T> {
    return this.#db.transaction().execute(work);
  }

  /** Does `work` where there could be such a session; else there is `none`, and the database need not be asked. */
  async #about<T>(id: string, none: T, work: () => Promise<T>): Promise<T> {
    return isSessionId(id) ? this.#told(work) : none;
  }

  /** Does `work`; what the database throws is told in the port's terms. */
  async #told<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      throw this.#dialect.fault(error);
    }
  }
}
