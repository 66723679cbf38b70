import { randomUUID } from 'node:crypto';
import type { Kysely } from 'kysely';
import type { Tables } from './tables.ts';

const renewMs = 10_000;
/** A server that has not said for so long that it lives has left its sessions behind; clocks may differ by some seconds. */
const livesMs = 30_000;
/** What is left of those that are gone. */
const forgottenMs = 24 * 3_600_000;

/** The servers that share a database: each says that it lives for as long as it may have sessions. */
export class Servers {
  /** This one's. */
  readonly id = randomUUID();
  readonly #db: Kysely<Tables>;
  readonly #now: () => number;
  #announced: Promise<void> | undefined;
  #renewing: NodeJS.Timeout | undefined;

  constructor(db: Kysely<Tables>, now: () => number) {
    this.#db = db;
    this.#now = now;
  }

  /** Before the first session is this server's. */
  async announce(): Promise<void> {
    this.#announced ??= this.#announce();
    try {
      await this.#announced;
    } catch (error) {
      this.#announced = undefined;
      throw error;
    }
  }

  /** Those that live. */
  async living(): Promise<ReadonlySet<string>> {
    const since = this.#now() - livesMs;
    const rows = await this.#db.selectFrom('servers').select('id').where('seen_at', '>', since).execute();
    return new Set(rows.map(({ id }) => id));
  }

  /** What it still has is left behind. */
  async leave(): Promise<void> {
    clearInterval(this.#renewing);
    if (!this.#announced) return;
    // A database that is away will find out by itself.
    await this.#announced.catch(() => undefined);
    await this.#db
      .deleteFrom('servers')
      .where('id', '=', this.id)
      .execute()
      .catch(() => undefined);
  }

  async #announce(): Promise<void> {
    await this.#db
      .deleteFrom('servers')
      .where('seen_at', '<', this.#now() - forgottenMs)
      .execute();
    await this.#renew();
    // What fails is tried again; if it fails for too long, then its sessions cannot be kept either.
    this.#renewing = setInterval(() => void this.#renew().catch(() => undefined), renewMs);
    this.#renewing.unref();
  }

  async #renew(): Promise<void> {
    const seen_at = this.#now();
    await this.#db
      .insertInto('servers')
      .values({ id: this.id, seen_at })
      .onConflict((conflict) => conflict.column('id').doUpdateSet({ seen_at }))
      .execute();
  }
}
