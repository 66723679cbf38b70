import { Bell } from '../async/bell.ts';
import type { Clock } from '../ports/clock.ts';
import type { BusMessage } from '../ports/event-bus.ts';

export interface SilenceOptions {
  readonly clock: Clock;
  /** How long the silence may last that begins now, in ms; asked before each message is waited for. */
  readonly patienceMs: () => number;
}

/** What a bus says, and `undefined` whenever it has said nothing for so long. One timer, however much is said. */
export async function* orSilence(
  messages: AsyncIterator<BusMessage>,
  { clock, patienceMs }: SilenceOptions,
): AsyncGenerator<BusMessage | undefined, void, undefined> {
  const bell = new Bell();
  const timer = new Timer(clock, () => bell.ring());
  let arrived: Promise<IteratorResult<BusMessage>> | undefined;
  const fetch = () => {
    const next = messages.next();
    const tell = () => {
      arrived = next;
      bell.ring();
    };
    next.then(tell, tell);
  };
  try {
    fetch();
    for (;;) {
      const due = clock.now() + patienceMs();
      while (!arrived && clock.now() < due) {
        timer.wake(due);
        await bell.wait();
      }
      if (!arrived) {
        yield undefined;
        continue;
      }
      const { done, value } = await arrived;
      if (done) return;
      arrived = undefined;
      fetch();
      yield value;
    }
  } finally {
    timer.end();
  }
}

/** Wakes somebody at some time, or earlier: who finds that it is too early asks again. */
class Timer {
  readonly #clock: Clock;
  readonly #ring: () => void;
  #at = Number.POSITIVE_INFINITY;
  #waiting = new AbortController();

  constructor(clock: Clock, ring: () => void) {
    this.#clock = clock;
    this.#ring = ring;
  }

  wake(at: number): void {
    if (this.#at <= at) return;
    this.end();
    this.#at = at;
    this.#waiting = new AbortController();
    const woken = () => {
      this.#at = Number.POSITIVE_INFINITY;
      this.#ring();
    };
    // Aborted: an earlier time was asked for, or nobody waits any more.
    this.#clock.wait(Math.max(0, at - this.#clock.now()), this.#waiting.signal).then(woken, () => undefined);
  }

  end(): void {
    this.#waiting.abort();
    this.#at = Number.POSITIVE_INFINITY;
  }
}
