import { timelineMs } from '@live-transcribe/audio';
import { type LoggedEvent, type NewSession, type Seq, StoreError } from '@live-transcribe/core';
import { ManualClock } from '@live-transcribe/testkit';
import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import { Outbox } from '../src/live/outbox.ts';
import { StorePatience } from '../src/store/store-patience.ts';

const session: NewSession = {
  id: '00000000-0000-4000-8000-000000000000',
  startedAt: 0,
  recognition: { language: 'en', model: 'm', prompt: undefined, words: false },
  resumable: true,
};
const event = (seq: number): LoggedEvent => ({
  ...{ kind: 'final', seq: seq as Seq, segment: seq, text: String(seq), vendorEvent: 'test' },
  start: timelineMs(seq),
  end: timelineMs(seq + 1),
});
const turns = async (count: number) => {
  for (let left = count; left > 0; left -= 1) await new Promise((resolve) => setImmediate(resolve));
};

/** An outbox before a store that can be away, and what has arrived in it. */
function open() {
  const arrived: number[] = [];
  const lines: string[] = [];
  const clock = new ManualClock();
  const store = { isAway: false, fault: 'store_unavailable' as 'store_unavailable' | 'store_fenced', creations: 0 };
  const check = () => {
    if (store.isAway) throw new StoreError(store.fault, 'Away.');
  };
  let fences = 0;
  const patience = new StorePatience(clock);
  const outbox = new Outbox({
    session,
    claim: undefined,
    spill: undefined,
    stored: 0,
    store: {
      create: async ({ id }) => {
        check();
        store.creations += 1;
        return { session: id, epoch: 1 };
      },
      append: async (_, events) => {
        check();
        arrived.push(...events.map(({ seq }) => Number(seq)));
      },
    },
    clock,
    random: () => 0.5,
    log: pino({ level: 'debug' }, { write: (line) => lines.push(line) }),
    patience,
    onFenced: () => {
      fences += 1;
    },
  });
  return { outbox, arrived, lines, clock, store, patience, fences: () => fences };
}

const upTo = (last: number) => Array.from({ length: last }, (_, index) => index + 1);

describe('an outbox', () => {
  it('creates the session once, keeps events in order, and says when each is kept', async () => {
    const { outbox, arrived, store } = open();
    await Promise.all(upTo(300).map(async (seq) => outbox.keep(event(seq))));
    expect(arrived).toEqual(upTo(300));
    expect(outbox).toMatchObject({ stored: 300, empty: true });
    expect(store.creations).toBe(1);
  });

  it('tries again and again, more and more seldom, and loses nothing and repeats nothing', async () => {
    const { outbox, arrived, clock, store, lines, patience } = open();
    store.isAway = true;
    const kept = upTo(5).map(async (seq) => outbox.keep(event(seq)));
    const pauses: number[] = [];
    for (let tries = 0; tries < 8; tries += 1) {
      await clock.untilWaiting((ms) => ms !== 2_000);
      const [pause = 0] = clock.waiting.filter((ms) => ms !== 2_000);
      pauses.push(pause);
      clock.advance(pause);
      await turns(2);
    }
    expect(pauses).toEqual([187.5, 375, 750, 1_500, 3_000, 6_000, 11_250, 11_250]);
    expect(lines).toHaveLength(1);
    await Promise.all(kept);
    expect(outbox.waiting(2).map(({ seq }) => Number(seq))).toEqual([3, 4, 5]);
    store.isAway = false;
    clock.advance(15_000);
    await outbox.emptied();
    expect(arrived).toEqual(upTo(5));
    patience.close();
    expect(clock.waiting).toEqual([]);
  });

  it('lets nobody wait for longer than 2 s, and then nobody at all until the store answers', async () => {
    const { outbox, clock, store, patience } = open();
    store.isAway = true;
    let told = false;
    const kept = outbox.keep(event(1))?.then(() => {
      told = true;
    });
    await clock.untilWaiting((ms) => ms === 2_000);
    clock.advance(1_999);
    await turns(3);
    expect(told).toBe(false);
    clock.advance(1);
    await kept;
    expect(patience.isOut).toBe(true);
    expect(outbox.keep(event(2))).toBeUndefined();
    store.isAway = false;
    clock.advance(15_000);
    await outbox.emptied();
    expect(patience.isOut).toBe(false);
    expect(outbox.keep(event(3))).toBeDefined();
    await outbox.emptied();
  });

  it('holds 1,024 events; what comes then is not kept, and the log says so', async () => {
    const { outbox, arrived, clock, store, lines } = open();
    store.isAway = true;
    for (const seq of upTo(1_030)) void outbox.keep(event(seq));
    expect(lines.filter((line) => line.includes('1024 events wait'))).toHaveLength(1);
    await clock.untilWaiting((ms) => ms !== 2_000);
    store.isAway = false;
    clock.advance(15_000);
    await outbox.emptied();
    expect(arrived).toEqual(upTo(1_024));
    expect(outbox.keep(event(1_031))).toBeUndefined();
    expect(outbox.stored).toBe(1_024);
  });

  it('gives up when the session is another server’s, and tells it once', async () => {
    const { outbox, arrived, store, clock, fences, patience } = open();
    await outbox.keep(event(1));
    store.isAway = true;
    store.fault = 'store_fenced';
    await Promise.all([outbox.keep(event(2)), outbox.keep(event(3))]);
    expect(fences()).toBe(1);
    expect(outbox.keep(event(4))).toBeUndefined();
    expect(outbox).toMatchObject({ empty: true, stored: 1 });
    expect(arrived).toEqual([1]);
    patience.close();
    expect(clock.waiting).toEqual([]);
  });

  it('that is ended leaves no wait behind', async () => {
    const { outbox, clock, store, patience } = open();
    store.isAway = true;
    const kept = outbox.keep(event(1));
    await clock.untilWaiting((ms) => ms === 187.5);
    outbox.end();
    await kept;
    await outbox.emptied();
    await turns(2);
    patience.close();
    expect(clock.waiting).toEqual([]);
  });

  it('shares one watch over the store with all others, which ends with the last of them once it is closed', async () => {
    const { clock, patience } = open();
    const late: number[] = [];
    const first = patience.begin(() => late.push(1));
    clock.advance(500);
    patience.begin(() => late.push(2));
    expect(clock.waiting).toEqual([2_000]);
    first.end();
    clock.advance(1_500);
    await turns(2);
    expect(late).toEqual([]);
    expect(clock.waiting).toEqual([500]);
    clock.advance(500);
    await turns(2);
    expect(late).toEqual([2]);
    expect(patience.isOut).toBe(true);
    patience.answered();
    const last = patience.begin(() => late.push(3));
    patience.close();
    await turns(2);
    expect(clock.waiting).toEqual([2_000]);
    last.end();
    await turns(2);
    expect(clock.waiting).toEqual([]);
    expect(late).toEqual([2]);
    expect(patience.isOut).toBe(false);
  });
});
