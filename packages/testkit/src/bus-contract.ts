import { type TimelineMs, timelineMs } from '@live-transcribe/audio';
import type { BusCall, BusMessage, EventBus, LoggedEvent, Partial, Seq } from '@live-transcribe/core';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

/** Buses with what the suite needs to know of them. */
export interface BusUnderTest {
  /** Opens the bus at a server. Where it is shared, each is another server. */
  open(): Promise<EventBus>;
  /** Whether what is published at one server arrives at the others. */
  readonly isShared: boolean;
  /** Frees what the test made, after the buses are closed. */
  dispose(): Promise<void>;
}

const patience = { timeout: 20_000, interval: 5 };

const span = { start: timelineMs(0), end: timelineMs(1) };

const final = (seq: number, text = `text ${seq}`): BusMessage => {
  const event: LoggedEvent = { kind: 'final', segment: seq, ...span, text, vendorEvent: 'test', seq: seq as Seq };
  return { kind: 'event', event };
};

const partial = (text: string): BusMessage => {
  const event: Partial = { kind: 'partial', segment: 0, ...span, text, vendorEvent: 'test' };
  return { kind: 'event', event };
};

/** What a watcher has been told so far. */
class Watcher {
  readonly messages: BusMessage[] = [];
  readonly ended: Promise<void>;
  readonly #iterator: AsyncIterableIterator<BusMessage>;

  constructor(bus: EventBus, session: string) {
    this.#iterator = bus.subscribe(session);
    this.ended = this.#read();
  }

  get seqs(): number[] {
    return this.messages.flatMap((message) =>
      message.kind === 'event' && 'seq' in message.event ? [Number(message.event.seq)] : [],
    );
  }

  async leave(): Promise<void> {
    await this.#iterator.return?.();
    await this.ended;
  }

  async #read(): Promise<void> {
    for await (const message of this.#iterator) this.messages.push(message);
  }
}

/** What all buses promise, as tests. `setup` makes one that nobody uses for each. */
export function describeBusContract(name: string, setup: () => Promise<BusUnderTest>): void {
  describe(`bus contract: ${name}`, { timeout: 60_000 }, () => {
    let subject: BusUnderTest;
    let opened: EventBus[];
    /** Where sessions live, and where they are watched. */
    let here: EventBus;
    let there: EventBus;

    const open = async () => {
      const bus = await subject.open();
      opened.push(bus);
      return bus;
    };
    beforeEach(async () => {
      subject = await setup();
      opened = [];
      here = await open();
      there = subject.isShared ? await open() : here;
    });
    afterEach(async () => {
      for (const bus of opened) await bus.close();
      await subject.dispose();
    });

    /** Resolves when what is said here from now on is told there. */
    const heard = async (session: string, watcher: Watcher): Promise<void> => {
      const before = watcher.messages.length;
      await expect
        .poll(() => {
          here.publish(session, { kind: 'heartbeat', seq: 0 });
          return watcher.messages.length;
        }, patience)
        .toBeGreaterThan(before);
    };

    it('[EB1] tells a watcher what is published, in order, and whole', async () => {
      const watcher = new Watcher(there, 'a');
      await heard('a', watcher);
      const said = [final(1), partial('half'), final(2, 'å "quoted"\n'), { kind: 'heartbeat', seq: 2 } as const];
      for (const message of said) {
        here.publish('a', message);
        await expect.poll(() => watcher.messages.at(-1), patience).toEqual(message);
      }
    });

    it('[EB2] tells each watcher of its own session, and no other', async () => {
      const [one, two, other] = ['a', 'a', 'b'].map((session) => new Watcher(there, session));
      if (!one || !two || !other) return;
      await heard('a', one);
      await heard('b', other);
      here.publish('a', final(1));
      here.publish('b', final(2));
      await expect.poll(() => [one.seqs, two.seqs, other.seqs], patience).toEqual([[1], [1], [2]]);
    });

    it('[EB3] keeps the order of many, and tells none twice', async () => {
      const watcher = new Watcher(there, 'a');
      await heard('a', watcher);
      for (let seq = 1; seq <= 400; seq += 1) {
        here.publish('a', final(seq));
        if (seq % 50 === 0) await new Promise((resolve) => setImmediate(resolve));
      }
      await expect.poll(() => watcher.seqs.at(-1), patience).toBe(400);
      expect(watcher.seqs).toEqual(Array.from({ length: 400 }, (_, index) => index + 1));
    });

    it('[EB4] ends a watcher that leaves, and tells another one afterwards', async () => {
      const first = new Watcher(there, 'a');
      await heard('a', first);
      await first.leave();
      const second = new Watcher(there, 'a');
      await heard('a', second);
      here.publish('a', final(1));
      await expect.poll(() => second.seqs, patience).toEqual([1]);
      expect(first.seqs).toEqual([]);
    });

    it('[EB5] does not wait, throw or grow where nobody watches', async () => {
      for (let seq = 1; seq <= 10_000; seq += 1) here.publish('nobody', final(seq));
      const watcher = new Watcher(there, 'nobody');
      await heard('nobody', watcher);
      expect(watcher.seqs).toEqual([]);
    });

    it('[EB6] ends its watchers and its calls when it is closed, and does nothing from then on', async () => {
      const watcher = new Watcher(there, 'a');
      await there.close();
      await watcher.ended;
      for await (const call of there.calls()) expect.unreachable(`There was a call: ${call.kind}`);
      there.publish('a', final(1));
      expect(await there.ask({ session: 'a', from: timelineMs(0) })).toBe('silent');
      await there.close();
    });

    it('[EB7] answers that nobody has a session of which nobody says so', async () => {
      expect(await here.ask({ session: 'nobody', from: timelineMs(0) })).toBe('silent');
    });

    it('[EB8] says at the server of a session that somebody elsewhere begins to watch it', async () => {
      if (!subject.isShared) return;
      const calls = here.calls()[Symbol.asyncIterator]();
      const watcher = new Watcher(there, 'a');
      expect((await calls.next()).value).toEqual({ kind: 'watched', session: 'a' });
      here.publish('a', { kind: 'heartbeat', seq: 7 });
      await expect.poll(() => watcher.messages, patience).toEqual([{ kind: 'heartbeat', seq: 7 }]);
    });

    it('[EB9] brings a question to all others and the answer back', async () => {
      if (!subject.isShared) return;
      const third = await open();
      await Promise.all([connected(here, there), connected(there, third)]);
      const answering = (async () => {
        for await (const call of wantedOf(there)) {
          if (call.session !== 'theirs') continue;
          call.answer('letting go');
          call.answer('let go');
          return call.from;
        }
        return undefined;
      })();
      expect(await third.ask({ session: 'theirs', from: timelineMs(2_500) })).toBe('let go');
      expect(await answering).toBe(2_500 as TimelineMs);
    });

    it('[EB10] takes one that promises and does nothing for silent', async () => {
      if (!subject.isShared) return;
      await connected(here, there);
      const promising = (async () => {
        for await (const call of wantedOf(here)) {
          call.answer('letting go');
          return;
        }
      })();
      expect(await there.ask({ session: 'slow', from: timelineMs(0) })).toBe('silent');
      await promising;
    });
  });
}

/** Resolves when what `one` asks arrives at `other`, and the other way round. */
async function connected(one: EventBus, other: EventBus): Promise<void> {
  const session = `hello ${Math.random()}`;
  const watchers = [new Watcher(one, session), new Watcher(other, session)];
  for (const [from, to] of [
    [one, watchers[1]],
    [other, watchers[0]],
  ] as const) {
    await expect
      .poll(() => {
        from.publish(session, { kind: 'heartbeat', seq: from === one ? 1 : 2 });
        return to?.messages.some((message) => message.kind === 'heartbeat' && message.seq === (from === one ? 1 : 2));
      }, patience)
      .toBe(true);
  }
  for (const watcher of watchers) await watcher.leave();
}

async function* wantedOf(bus: EventBus): AsyncGenerator<Extract<BusCall, { kind: 'wanted' }>, void, undefined> {
  for await (const call of bus.calls()) if (call.kind === 'wanted') yield call;
}
