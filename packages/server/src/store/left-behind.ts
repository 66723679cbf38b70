import { join } from 'node:path';
import { asTranscribeError, type Clock, type SessionStore } from '@live-transcribe/core';
import { adoptSpills, Spill } from '@live-transcribe/store-sql';
import type { Config } from '../config/settings.ts';
import type { Log } from '../observe/log.ts';

const folderIn = (dataDir: string): string => join(dataDir, 'journal');
/** Servers that die later are looked for as well. */
const lookEveryMs = 60_000;
const retryMs = 5_000;

/**
 * For a database that may be away, a file in which what is said waits; for a file of ours there is none, since it is where
 * that would be. `undefined` too where it cannot be made: then it waits in memory alone.
 */
export async function openSpill({ databaseUrl, dataDir }: Config, log: Log): Promise<Spill | undefined> {
  if (databaseUrl === undefined) return undefined;
  try {
    return await Spill.open({ folder: folderIn(dataDir), warn: (message) => log.error(message) });
  } catch (thrown) {
    const { message } = asTranscribeError(thrown);
    log.warn(`While the database is away, what is said waits in memory alone: ${message}`);
    return undefined;
  }
}

export interface LeftBehindOptions {
  readonly config: Pick<Config, 'dataDir' | 'databaseUrl'>;
  readonly store: SessionStore;
  readonly clock: Clock;
  readonly log: Log;
}

/** Brings to the store what servers have left behind that were ended while it was away. */
export class LeftBehind {
  readonly #ending = new AbortController();
  readonly #working: Promise<void>;

  constructor(options: LeftBehindOptions) {
    this.#working = options.config.databaseUrl === undefined ? Promise.resolve() : this.#work(options);
  }

  async end(): Promise<void> {
    this.#ending.abort();
    await this.#working;
  }

  async #work({ config, store, clock, log }: LeftBehindOptions): Promise<void> {
    const { signal } = this.#ending;
    const folder = folderIn(config.dataDir);
    while (!signal.aborted) {
      let pauseMs = lookEveryMs;
      try {
        const adopted = await adoptSpills({ folder, store, warn: (message) => log.warn(message) });
        if (adopted > 0) log.info({ journals: adopted }, 'what was left behind by servers that were ended is kept now');
      } catch (thrown) {
        log.debug({ err: thrown }, 'what was left behind cannot be kept just now');
        pauseMs = retryMs;
      }
      // Aborted: it is over.
      await clock.wait(pauseMs, signal).catch(() => undefined);
    }
  }
}
