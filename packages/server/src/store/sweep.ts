import { timelineMs } from '@live-transcribe/audio';
import {
  asTranscribeError,
  type Clock,
  type LoggedEvent,
  type SessionRecord,
  type SessionStore,
} from '@live-transcribe/core';
import type { Log } from '../observe/log.ts';
import type { Recordings } from '../recordings/recordings.ts';

export interface SweepOptions {
  readonly store: SessionStore;
  readonly clock: Clock;
  readonly log: Log;
  /** Whether the session lives on this server. */
  readonly isLive: (id: string) => boolean;
  /** `undefined`: transcripts are kept until somebody deletes them. */
  readonly retentionDays: number | undefined;
  readonly recordings: Pick<Recordings, 'sweep'>;
}

const hourMs = 60 * 60_000;
const dayMs = 24 * hourMs;
/** In one transaction or answer. */
const pageSize = 100;
/** Of pages, each time: the rest has its turn an hour later. */
const mostPages = 100;

/** Every hour: deletes what has been kept for long enough, and closes what nobody closed. */
export class Sweep {
  readonly #options: SweepOptions;
  readonly #ending = new AbortController();
  readonly #working: Promise<void>;
  /** Sessions that no server has: how far they had come, and since when. */
  #elsewhere = new Map<string, { readonly seq: number; readonly since: number }>();

  constructor(options: SweepOptions) {
    this.#options = options;
    this.#working = this.#work();
  }

  async end(): Promise<void> {
    this.#ending.abort();
    await this.#working;
  }

  async #work(): Promise<void> {
    const { clock, log } = this.#options;
    const { signal } = this.#ending;
    while (!signal.aborted) {
      try {
        await this.#expire();
        await this.#closeLeftBehind();
        await this.#removeStrayAudio();
      } catch (thrown) {
        log.warn(
          { err: asTranscribeError(thrown) },
          'old transcripts could not be looked through; tried again in an hour',
        );
      }
      await clock.wait(hourMs, signal).catch(() => undefined);
    }
  }

  async #expire(): Promise<void> {
    const { store, retentionDays, log } = this.#options;
    if (retentionDays === undefined) return;
    let deleted = 0;
    for (let page = 0; page < mostPages && !this.#ending.signal.aborted; page += 1) {
      const count = await store.expire(Date.now() - retentionDays * dayMs, pageSize);
      deleted += count;
      if (count < pageSize) break;
    }
    if (deleted > 0) log.info({ deleted }, `transcripts older than ${retentionDays} days were deleted`);
  }

  async #removeStrayAudio(): Promise<void> {
    const { store, recordings, log } = this.#options;
    const removed = await recordings.sweep(store, Date.now(), this.#ending.signal);
    if (removed > 0) log.info({ removed }, 'audio of sessions that are no longer kept was deleted');
  }

  /**
   * A server that was killed leaves sessions that are said to live. One in which nothing has happened for a day is closed:
   * its client can still come back, and it can be deleted when its time has come.
   */
  async #closeLeftBehind(): Promise<void> {
    const now = this.#options.clock.now();
    const known = this.#elsewhere;
    this.#elsewhere = new Map();
    for await (const record of this.#leftBehind()) {
      const before = known.get(record.id);
      const since = before?.seq === record.seq ? before.since : now;
      if (now - since >= dayMs) await this.#close(record);
      else this.#elsewhere.set(record.id, { seq: record.seq, since });
    }
  }

  async *#leftBehind(): AsyncGenerator<SessionRecord, void, undefined> {
    const { store, isLive } = this.#options;
    let cursor: string | undefined;
    for (let pages = 0; pages < mostPages && !this.#ending.signal.aborted; pages += 1) {
      const page = await store.list({ state: 'orphaned', limit: pageSize, ...(cursor !== undefined && { cursor }) });
      for (const record of page.sessions) if (!isLive(record.id)) yield record;
      cursor = page.next;
      if (cursor === undefined) return;
    }
  }

  async #close({ id, seq }: SessionRecord): Promise<void> {
    const { store, log } = this.#options;
    const taken = await store.claim(id);
    if (!taken || taken.record.seq !== seq || taken.record.state !== 'live') return;
    const { segments, duration } = taken.record;
    const closed = {
      kind: 'closed',
      seq: (seq + 1) as LoggedEvent['seq'],
      segments,
      duration: timelineMs(duration),
    } as const;
    await store.append(taken.claim, [closed]);
    log.info({ session: id }, 'a session that a server had left behind was closed');
  }
}
