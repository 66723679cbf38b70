import type { LoggedEvent, LoggedFact, Seq } from './events.ts';

/** Numbers the facts of one session. */
export class EventLog {
  #last: number;

  /** `last` is the number of the last event there is already. */
  constructor(last = 0) {
    this.#last = last;
  }

  log(fact: LoggedFact): LoggedEvent {
    this.#last += 1;
    return { ...fact, seq: this.#last as Seq };
  }
}
