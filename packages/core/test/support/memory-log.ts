import type { FeedOptions, LoggedEvent, LoggedFact, Seq, SessionRecord } from '../../src/index.ts';

/** As much of a store as a feed reads, for one session. */
export class MemoryLog implements Pick<FeedOptions, 'store'> {
  readonly events: LoggedEvent[] = [];
  /** How many turns of the loop an answer takes now. */
  turns = () => 0;
  /** What an answer throws instead. */
  fault: Error | undefined;
  resumable = true;
  #numbered = 0;
  #deleted = false;

  /** The next event, which is not kept yet. */
  number(fact: LoggedFact): LoggedEvent {
    this.#numbered += 1;
    return { ...fact, seq: this.#numbered as Seq };
  }

  keep(event: LoggedEvent): void {
    this.events.push(event);
  }

  delete(): void {
    this.events.length = 0;
    this.#deleted = true;
  }

  get store(): FeedOptions['store'] {
    return {
      read: (_, after, limit) => this.#answer(() => this.events.filter(({ seq }) => seq > after).slice(0, limit)),
      find: () => this.#answer(() => (this.#deleted ? undefined : this.#record())),
    };
  }

  #record(): SessionRecord {
    const last = this.events.at(-1);
    return {
      id: 's',
      startedAt: 0,
      recognition: { language: 'en', model: 'm', prompt: undefined, words: false },
      resumable: this.resumable,
      engine: 'test',
      state: last?.kind === 'closed' ? 'closed' : 'live',
      endedAt: undefined,
      seq: last?.seq ?? (0 as Seq),
      segments: 0,
      lastEnd: 0,
      duration: 0,
      preview: '',
    };
  }

  async #answer<T>(work: () => T): Promise<T> {
    await this.#passTime();
    if (this.fault) throw this.fault;
    const answer = work();
    await this.#passTime();
    return answer;
  }

  async #passTime(): Promise<void> {
    for (let turns = this.turns(); turns > 0; turns -= 1) await new Promise((resolve) => setImmediate(resolve));
  }
}
