import { timelineMs } from '@live-transcribe/audio';
import { ManualClock, seeded } from '@live-transcribe/testkit';
import { describe, expect, it } from 'vitest';
import { feed, LocalBus, type LoggedEvent, type LoggedFact, type Partial, type Seq, StoreError } from '../src/index.ts';
import { MemoryLog } from './support/memory-log.ts';

const session = 's';
const span = { start: timelineMs(0), end: timelineMs(1) };
const final: LoggedFact = { kind: 'final', segment: 0, ...span, text: 'x', vendorEvent: 'test' };
const closed = { kind: 'closed', duration: timelineMs(1), segments: 1, stopped: true } as const;
/** The end of a run that its speaker has not asked for. */
const left: LoggedFact = { kind: 'closed', duration: timelineMs(1), segments: 1 };
const resumed: LoggedFact = { kind: 'resumed', at: timelineMs(1), engine: 'e', model: 'm', language: 'en' };
const partial = (text: string): Partial => ({ kind: 'partial', segment: 0, ...span, text, vendorEvent: 'test' });
const turn = () => new Promise((resolve) => setImmediate(resolve));
const upTo = (last: number, first = 1) => Array.from({ length: last - first + 1 }, (_, index) => first + index);

/** A session that is kept and told, and one who follows it. */
function open(after = 0, comingBackMs = 60_000) {
  const clock = new ManualClock();
  const log = new MemoryLog();
  const bus = new LocalBus();
  const ending = new AbortController();
  const seen: (LoggedEvent | Partial)[] = [];
  const publish = (event: LoggedEvent | Partial) => bus.publish(session, { kind: 'event', event });
  const keep = (fact: LoggedFact) => {
    const event = log.number(fact);
    log.keep(event);
    return event;
  };
  return {
    clock,
    log,
    bus,
    ending,
    seen,
    publish,
    follow: async () => {
      const { signal } = ending;
      for await (const event of feed({ session, after, store: log.store, bus, clock, comingBackMs, signal }))
        seen.push(event);
    },
    keep,
    say: (fact: LoggedFact) => publish(keep(fact)),
    beat: () => bus.publish(session, { kind: 'heartbeat', seq: log.events.length }),
    seqs: () => seen.flatMap((event) => ('seq' in event ? [Number(event.seq)] : [])),
    texts: () => seen.flatMap((event) => (event.kind === 'partial' ? [event.text] : [])),
  };
}

describe('a feed', () => {
  it.each([
    ['from the start', 0],
    ['after an event', 170],
  ])(
    'gives %s all that is kept and all that happens, once and in order, over a bus that loses some: 200 seeds',
    async (_, after) => {
      for (let seed = 1; seed <= 200; seed += 1) {
        const random = seeded(seed);
        const { log, publish, keep, follow, seqs, beat } = open(after);
        log.turns = () => Math.floor(random() * 4);
        const before = after + Math.floor(random() * 450);
        for (let count = 0; count < before; count += 1) keep(final);
        const following = follow();
        for (let count = 0; count < 100; count += 1) {
          // Kept first and told a little later, as servers do.
          const event = keep(final);
          for (let turns = Math.floor(random() * 4); turns > 0; turns -= 1) await turn();
          if (random() < 0.9) publish(event);
        }
        await turn();
        keep(closed);
        beat();
        await following;
        expect(seqs(), `seed ${seed}`).toEqual(upTo(before + 101, after + 1));
      }
    },
  );

  it('gives partials as they come, the newest where the reader is slow', async () => {
    const { log, follow, say, publish, texts, seen } = open();
    const following = follow();
    await turn();
    publish(partial('a'));
    await turn();
    log.turns = () => 5;
    for (const text of ['b', 'c', 'd']) publish(partial(text));
    say(final);
    publish(partial('e'));
    say(closed);
    await following;
    expect(texts()).toEqual(['a', 'b']);
    expect(seen.map(({ kind }) => kind)).toEqual(['partial', 'partial', 'final', 'closed']);
  });

  it('ends with the run after which the speaker has said that this was all, and tells no other end', async () => {
    const { follow, say, seen } = open();
    const following = follow();
    await turn();
    for (const fact of [final, left, resumed, final, left, resumed, final, closed]) {
      say(fact);
      await turn();
    }
    await following;
    expect(seen.map(({ kind }) => kind)).toEqual(['final', 'resumed', 'final', 'resumed', 'final', 'closed']);
    expect(seen.at(-1)).toHaveProperty('stopped');
  });

  it.each([
    ['lives', 0],
    ['is over', 4],
  ])('of the past tells no end that was none, where the session %s', async (_, more) => {
    const { follow, keep, seen, ending } = open();
    for (const fact of [final, left, resumed, final, closed].slice(0, 3 + more)) keep(fact);
    const following = follow();
    for (let turns = 0; turns < 5; turns += 1) await turn();
    const kinds = seen.map(({ kind }) => kind);
    expect(kinds).toEqual(['final', 'resumed', 'final', 'closed'].slice(0, 2 + more));
    ending.abort();
    await following;
  });

  it('ends when a speaker who may come back has not done so in time, and waits for nobody else', async () => {
    const waiting = open(0, 50);
    waiting.keep(final);
    waiting.keep(left);
    const following = waiting.follow();
    await waiting.clock.untilWaiting((ms) => ms <= 50);
    expect(waiting.seqs()).toEqual([1]);
    const began = Date.now();
    while (Date.now() - began < 60) await turn();
    waiting.clock.advance(50);
    await following;
    expect(waiting.seqs()).toEqual([1, 2]);
    for (const [resumable, ended] of [
      [false, left],
      [true, { ...left, error: { code: 'engine_auth', message: 'No.' } }],
    ] as const) {
      const { log, follow, keep, seqs } = open();
      log.resumable = resumable;
      keep(final);
      keep(ended);
      await follow();
      expect(seqs()).toEqual([1, 2]);
    }
  });

  it('asks the store where the bus is silent, the more seldom the less there is, and hears the bus again', async () => {
    const { clock, follow, keep, say, beat, seqs } = open();
    keep(final);
    const following = follow();
    const silence = async (ms: number) => {
      await clock.untilWaiting((asked) => asked === ms);
      clock.advance(ms);
    };
    await turn();
    keep(final);
    await silence(6_000);
    await expect.poll(seqs).toEqual([1, 2]);
    for (const ms of [1_000, 2_000, 4_000, 8_000, 12_000, 12_000]) await silence(ms);
    beat();
    await turn();
    keep(final);
    await silence(6_000);
    await expect.poll(seqs).toEqual([1, 2, 3]);
    say(closed);
    await following;
  });

  it('of a session that is over ends at once, whatever is known of it already', async () => {
    for (const after of [0, 1, 2, 9]) {
      const { follow, keep, seqs } = open(after);
      keep(final);
      keep(closed);
      await follow();
      expect(seqs()).toEqual([1, 2].filter((seq) => seq > after));
    }
  });

  it('of a long session that is over gives all of it', async () => {
    const { follow, keep, seqs } = open();
    for (let count = 0; count < 450; count += 1) keep(final);
    keep(closed);
    await follow();
    expect(seqs()).toEqual(upTo(451));
  });

  it('ends with an end that the store could not be told of', async () => {
    const { log, follow, say, publish, seqs } = open();
    const following = follow();
    await turn();
    say(final);
    publish(log.number(closed));
    await following;
    expect(seqs()).toEqual([1, 2]);
  });

  it('ends when the session is removed', async () => {
    const { log, follow, say, publish, seqs } = open();
    const following = follow();
    await turn();
    say(final);
    await turn();
    log.delete();
    log.number(final);
    publish(log.number(closed));
    await following;
    expect(seqs()).toEqual([1]);
  });

  it('throws what the store throws, and leaves the bus', async () => {
    const { log, bus, follow, publish } = open();
    const following = follow();
    await turn();
    log.fault = new StoreError('store_unavailable', 'Away.');
    publish({ ...log.number(final), seq: 7 as Seq });
    await expect(following).rejects.toThrow('Away.');
    expect(bus.watched.size).toBe(0);
  });

  it.each([
    ['while it waits', 0],
    ['while it reads', 3],
  ])('ends when its signal does, %s', async (_, turns) => {
    const { log, bus, ending, follow, say } = open();
    log.turns = () => turns;
    const following = follow();
    await turn();
    say(final);
    ending.abort();
    await following;
    expect(bus.watched.size).toBe(0);
  });
});

describe('the bus of one server', () => {
  it('tells each watcher of its session, and nobody else', async () => {
    const bus = new LocalBus();
    const [one, two, other] = ['a', 'a', 'b'].map((id) => bus.subscribe(id));
    bus.publish('a', { kind: 'heartbeat', seq: 1 });
    bus.publish('b', { kind: 'heartbeat', seq: 2 });
    expect(await Promise.all([one?.next(), two?.next(), other?.next()])).toMatchObject([
      { value: { seq: 1 } },
      { value: { seq: 1 } },
      { value: { seq: 2 } },
    ]);
    await bus.close();
    expect(await one?.next()).toEqual({ done: true, value: undefined });
    expect(bus.watched.size).toBe(0);
  });

  it('keeps 512 messages for a watcher that does not read, then the number of the newest event', async () => {
    const bus = new LocalBus();
    const watch = bus.subscribe('a');
    const publish = (seq: number) => bus.publish('a', { kind: 'event', event: { ...final, seq: seq as Seq } });
    for (let seq = 1; seq <= 512; seq += 1) publish(seq);
    expect(await watch.next()).toMatchObject({ value: { event: { seq: 1 } } });
    publish(513);
    publish(514);
    publish(515);
    expect(await watch.next()).toMatchObject({ value: { kind: 'heartbeat', seq: 514 } });
    expect(await watch.next()).toMatchObject({ value: { event: { seq: 515 } } });
    await bus.close();
  });
});
