import type { StreamMs } from '@live-transcribe/audio';
import type { Outcome } from './outcome.ts';
import type { SpeakerSegment } from './speakers.ts';

/** One utterance as the service keeps it. */
export interface Item {
  readonly id: string;
  start: StreamMs | undefined;
  /** Known once it is committed. */
  end: StreamMs | undefined;
  /** What audio it is made of, where that goes on after its end. */
  through: StreamMs | undefined;
  /** The deltas so far. */
  text: string;
  /** Whether `text` has grown since it was last told. */
  isFresh: boolean;
  previous: string | null | undefined;
  readonly segments: SpeakerSegment[];
  outcome: Outcome | undefined;
}

/** A service that owes this many texts owes them for ever; the oldest is given up. */
const capacity = 256;
/** What is still said of items that have been answered comes soon or not at all. Each takes 100 bytes of every session. */
const mostAnswered = 32;
/** Of those that are not waited for any more the answer itself may still come. There are next to none. */
const mostUnanswered = 4 * capacity;

/**
 * The items whose utterances are not told yet: first the committed ones in the order of speech, then those that are
 * still being spoken, in the order they began.
 */
export class Items {
  readonly #live = new Map<string, Item>();
  /** Items that are over, by whether they were answered. */
  readonly #answered = new Set<string>();
  readonly #unanswered = new Set<string>();
  #committed: Item[] = [];

  /** The item of this name, new where there is none yet; `undefined` when it is over. */
  item(id: string): Item | undefined {
    if (this.#answered.has(id) || this.#unanswered.has(id)) return undefined;
    const known = this.#live.get(id);
    if (known) return known;
    const item: Item = {
      id,
      start: undefined,
      end: undefined,
      through: undefined,
      text: '',
      isFresh: false,
      previous: undefined,
      segments: [],
      outcome: undefined,
    };
    this.#live.set(id, item);
    return item;
  }

  get isOverfull(): boolean {
    return this.#live.size > capacity;
  }

  get hasCommitted(): boolean {
    return this.#committed.length > 0;
  }

  isCommitted(item: Item): boolean {
    return this.#committed.includes(item);
  }

  /** Puts the item in its place of the chain: after `previous` where that is known, else after all that came before. */
  commit(item: Item, previous: string | null | undefined): void {
    item.previous = previous;
    const next = this.#committed.findIndex((other) => other.previous === item.id);
    const before = this.#committed.findIndex((other) => other.id === previous);
    const place = next >= 0 ? next : before >= 0 ? before + 1 : this.#committed.length;
    this.#committed.splice(place, 0, item);
  }

  /** The committed item that has waited longest. */
  get oldest(): Item | undefined {
    return this.#committed[0];
  }

  /** The committed item to be told next; `undefined` while its predecessor, which has begun, is not committed. */
  get first(): Item | undefined {
    const [first] = this.#committed;
    return typeof first?.previous === 'string' && this.#live.has(first.previous) ? undefined : first;
  }

  /** The item being spoken that began first. */
  get open(): Item | undefined {
    for (const item of this.#live.values()) if (!this.isCommitted(item)) return item;
    return undefined;
  }

  /** It has been told: nothing more about it is heard. */
  end(id: string): void {
    this.forget(id);
    remember(this.#answered, id, mostAnswered);
  }

  /** Its answer is not waited for any more, and not heard either. It still is to be told. */
  giveUp(id: string): void {
    remember(this.#unanswered, id, mostUnanswered);
  }

  /** As if nothing had been said of it so far. */
  forget(id: string): void {
    this.#live.delete(id);
    this.#committed = this.#committed.filter((item) => item.id !== id);
  }

  /** Ends the committed items. Those being spoken are forgotten: under their names more may be said. */
  clear(): void {
    for (const { id } of this.#committed) this.giveUp(id);
    this.#committed = [];
    this.#live.clear();
  }
}

function remember(ids: Set<string>, id: string, most: number): void {
  ids.add(id);
  if (ids.size <= most) return;
  for (const oldest of ids) {
    ids.delete(oldest);
    return;
  }
}
