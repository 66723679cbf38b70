import type { LoggedEvent, LoggedFact, Seq } from './events.ts';

/** Numbers the facts of one session. */
export class EventLog {
  #last = 0;

  log(fact: LoggedFact): LoggedEvent {
    this.#last += 1;
    return { ...fact, seq: this.#last as Seq };
  }
}
