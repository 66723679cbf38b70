import { Subscription } from '../async/subscription.ts';
import { EventLog } from './event-log.ts';
import type { Covered, LoggedFact, Partial, SessionEvent } from './events.ts';

/** What happens, before it is numbered. */
export type Fact = LoggedFact | Partial | Covered;

/** Finals of some minutes; what is replaceable never fills it. */
const capacity = 64;

/**
 * What a session tells its one reader, numbered where it is logged. A reader that is slow finds of what is replaceable
 * only the newest; whoever tells waits for `room` when `tell` answers `false`.
 */
export class SessionEvents extends Subscription<SessionEvent> {
  readonly #log: EventLog;
  readonly #dropped: { partials: number };

  /** `last` is the number of the last event that there is already. */
  constructor(last: number | undefined) {
    const dropped = { partials: 0 };
    super({ capacity, merge: (waiting, next) => newer(waiting, next, dropped) });
    this.#log = new EventLog(last);
    this.#dropped = dropped;
  }

  /** Partials that a newer one has replaced before they were read. */
  get partialsDropped(): number {
    return this.#dropped.partials;
  }

  tell(fact: Fact): boolean {
    return this.push(fact.kind === 'partial' || fact.kind === 'covered' ? fact : this.#log.log(fact));
  }
}

function newer(waiting: SessionEvent, next: SessionEvent, dropped: { partials: number }): SessionEvent | undefined {
  const replaces = waiting.kind === next.kind && (next.kind === 'partial' || next.kind === 'covered');
  if (!replaces) return undefined;
  if (next.kind === 'partial') dropped.partials += 1;
  return next;
}
