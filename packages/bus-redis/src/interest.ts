/** Three times as long as from one renewal to the next. */
const lastsMs = 30_000;
/** What is watched beyond this is followed by way of the store. */
const mostSessions = 100_000;
const mostServers = 64;

/** Who watches what at other servers. Bound: 100,000 sessions, and 64 servers each. */
export class Interest {
  readonly #sessions = new Map<string, Map<string, number>>();
  readonly #now: () => number;

  constructor(now: () => number) {
    this.#now = now;
  }

  get size(): number {
    return this.#sessions.size;
  }

  note(session: string, server: string): void {
    const servers = this.#sessions.get(session) ?? new Map<string, number>();
    if (servers.size === 0 && this.#sessions.size >= mostSessions) return;
    if (servers.size >= mostServers && !servers.has(server)) return;
    this.#sessions.set(session, servers.set(server, this.#now() + lastsMs));
  }

  forget(session: string, server: string): void {
    const servers = this.#sessions.get(session);
    servers?.delete(server);
    if (servers?.size === 0) this.#sessions.delete(session);
  }

  /** The servers to tell of a session; `undefined` where there is none, as for most sessions. */
  of(session: string): ReadonlyMap<string, unknown> | undefined {
    return this.#sessions.get(session);
  }

  /** Forgets what has not been renewed. */
  sweep(): void {
    const now = this.#now();
    for (const [session, servers] of this.#sessions) {
      for (const [server, until] of servers) if (until <= now) this.forget(session, server);
    }
  }
}
