import {
  type Bound,
  ClientError,
  type Counters,
  type Lease,
  LocalCounters,
  systemClock,
  TranscribeError,
} from '@live-transcribe/core';
import type { ClientAddress } from '../auth/client-address.ts';
import type { Principal } from '../auth/principal.ts';
import type { Config } from '../config/settings.ts';
import type { Log } from '../observe/log.ts';

export type SessionLimits = Pick<
  Config,
  'maxSessions' | 'maxSessionsPerKey' | 'maxSessionsPerAddress' | 'startsPerMinutePerAddress' | 'minutesPerDayPerKey'
>;

export interface AdmissionsOptions {
  readonly counters: Counters;
  readonly limits: SessionLimits;
  readonly log: Log;
}

/** A client that asks for a session. */
export interface Applicant {
  readonly principal: Principal;
  readonly address: ClientAddress;
}

const minuteMs = 60_000;
const dayMs = 86_400_000;
/** Nobody's session is to begin later because counters are away. */
const askAgainMs = 5_000;
/** One who comes back may still be counted where they were lost: so much room there is for that. */
const roomForReturning = 2;

/** How many sessions there may be, and how much they may hear. */
export class Admissions {
  readonly #options: AdmissionsOptions;
  /** Count for this server alone while the shared ones are away: nobody loses their words for that. */
  readonly #own = new LocalCounters(systemClock);
  /** Set while the shared ones are away: when they are asked again, as of `performance.now()`. */
  #awayUntil: number | undefined;

  constructor(options: AdmissionsOptions) {
    this.#options = options;
  }

  /** A place for a new session, to be released when that is over. Throws what the client is told. */
  async begin(applicant: Applicant): Promise<Lease> {
    await this.#checkMinutes(applicant.principal);
    await this.#checkStarts(applicant.address);
    const lease = await this.#lease(applicant, 1);
    try {
      await this.#useOnce(applicant.principal);
      return lease;
    } catch (thrown) {
      lease.release();
      throw thrown;
    }
  }

  /** A place for a session that goes on here. Throws what the client is told. */
  async comeBack(applicant: Applicant): Promise<Lease> {
    await this.#checkMinutes(applicant.principal);
    await this.#checkStarts(applicant.address);
    return this.#lease(applicant, roomForReturning);
  }

  /** Counts audio that was heard. Throws `quota_exceeded` when that was all for today. */
  async use(principal: Principal, seconds: number): Promise<void> {
    const { minutesPerDayPerKey: most } = this.#options.limits;
    if (!principal.limited || most === undefined) return;
    const used = await this.#count((counters) => counters.add(dayOf(principal), seconds, 2 * dayMs));
    if (used < most * 60) return;
    const minutes = most === 1 ? 'minute' : 'minutes';
    throw new ClientError(
      'quota_exceeded',
      `The ${most} ${minutes} of today are used up; a day begins at midnight UTC.`,
    );
  }

  #checkMinutes(principal: Principal): Promise<void> {
    return this.use(principal, 0);
  }

  async #checkStarts({ network, isLoopback }: ClientAddress): Promise<void> {
    if (isLoopback) return;
    const { startsPerMinutePerAddress: most } = this.#options.limits;
    const key = `starts:${network}:${Math.floor(Date.now() / minuteMs)}`;
    const starts = await this.#count((counters) => counters.add(key, 1, 2 * minuteMs));
    if (starts > most) throw full(`More than ${most} sessions were begun from your address within this minute.`);
  }

  async #lease({ principal, address }: Applicant, times: number): Promise<Lease> {
    const { maxSessions, maxSessionsPerKey, maxSessionsPerAddress } = this.#options.limits;
    const bounds: Bound[] = [{ key: 'sessions', limit: maxSessions * times }];
    if (principal.limited) bounds.push({ key: `sessions:${principal.name}`, limit: maxSessionsPerKey * times });
    if (!address.isLoopback) {
      bounds.push({ key: `sessions:at:${address.network}`, limit: maxSessionsPerAddress * times });
    }
    const leased = await this.#count((counters) => counters.lease(bounds));
    if (leased.granted) return leased.lease;
    const { key, limit } = leased.full;
    const whose = key === 'sessions' ? '' : key.startsWith('sessions:at:') ? ' from your address' : ' of your key';
    throw full(`As many sessions${whose} as are allowed are live: ${limit}.`);
  }

  async #useOnce({ once }: Principal): Promise<void> {
    if (!once) return;
    const keepMs = Math.max(once.until * 1000 - Date.now(), 0) + minuteMs;
    // Not by the server's own counters: who cannot ask the others cannot know.
    const first = await this.#options.counters.mark(`token:${once.id}`, keepMs);
    if (!first) throw new ClientError('unauthorized', 'This token has been used: it was for one session.');
  }

  async #count<T>(count: (counters: Counters) => Promise<T>): Promise<T> {
    if (this.#awayUntil !== undefined && performance.now() < this.#awayUntil) return count(this.#own);
    try {
      const counted = await count(this.#options.counters);
      if (this.#awayUntil !== undefined) this.#options.log.info('limits are counted for all servers again');
      this.#awayUntil = undefined;
      return counted;
    } catch (thrown) {
      if (!(thrown instanceof TranscribeError)) throw thrown;
      if (this.#awayUntil === undefined)
        this.#options.log.warn({ err: thrown }, 'limits are counted for this server alone');
      this.#awayUntil = performance.now() + askAgainMs;
      return count(this.#own);
    }
  }
}

const dayOf = ({ name }: Principal): string => `minutes:${name}:${new Date().toISOString().slice(0, 10)}`;

const full = (message: string) => new TranscribeError('too_many_sessions', `${message} Please try again in a moment.`);
