import type { Log } from './log.ts';

/** How often the log says the same. */
const pauseMs = 60_000;

/**
 * Says things of one kind at most once a minute, and how often they have happened since it last did: what a hostile client,
 * or a service that is away for all sessions at once, repeats by the thousand buries nothing. Kinds are codes, so few.
 */
export class SeldomLog {
  readonly #log: Log;
  readonly #now: () => number;
  readonly #kinds = new Map<string, { since: number; more: number }>();

  /** `now`: milliseconds that never run backwards. */
  constructor(log: Log, now: () => number = () => performance.now()) {
    this.#log = log;
    this.#now = now;
  }

  note(level: 'info' | 'warn', kind: string, details: Readonly<Record<string, unknown>>, message: string): void {
    const now = this.#now();
    const said = this.#kinds.get(kind);
    if (said && now - said.since < pauseMs) {
      said.more += 1;
      this.#log.debug(details, message);
      return;
    }
    this.#log[level]({ ...details, ...(said && said.more > 0 && { more: said.more }) }, message);
    this.#kinds.set(kind, { since: now, more: 0 });
  }
}
