import type { Bound, Counters, Lease } from '@live-transcribe/core';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

/** Counters with what the suite needs to know of them. */
export interface CountersUnderTest {
  /** Opens the counters, empty when the test began. Where they are shared, each is another server. */
  open(): Promise<Counters>;
  /** For shared counters: the server dies with its leases in hand. */
  readonly kill?: (counters: Counters) => Promise<void>;
  /** Frees what the test made, after the counters are closed. */
  dispose(): Promise<void>;
}

const long = 60_000;
const short = 30;
/** For what is to run out by itself: leases of the dead do so within 30 s. */
const patience = { timeout: 40_000, interval: 10 };

/** What all counters promise, as tests. `setup` makes empty ones for each. */
export function describeCountersContract(name: string, setup: () => Promise<CountersUnderTest>): void {
  describe(`counters contract: ${name}`, { timeout: 60_000 }, () => {
    let subject: CountersUnderTest;
    let opened: Counters[];
    let counters: Counters;

    const open = async () => {
      const another = await subject.open();
      opened.push(another);
      return another;
    };
    beforeEach(async () => {
      subject = await setup();
      opened = [];
      counters = await open();
    });
    afterEach(async () => {
      for (const each of opened) await each.close();
      await subject.dispose();
    });

    it('[CO1] leases as many as the bound says, and again what was given back', async () => {
      const bound = { key: 'one', limit: 2 };
      const first = await leased(counters, bound);
      await leased(counters, bound);
      expect(await counters.lease([bound])).toEqual({ granted: false, full: bound });
      expect(await counters.held('one')).toBe(2);
      first.release();
      await expect.poll(() => counters.held('one'), patience).toBe(1);
      await leased(counters, bound);
      expect(await counters.held('one')).toBe(2);
    });

    it('[CO2] gives a lease back once, however often it is released', async () => {
      const bound = { key: 'twice', limit: 3 };
      const first = await leased(counters, bound);
      await leased(counters, bound);
      first.release();
      first.release();
      await expect.poll(() => counters.held('twice'), patience).toBe(1);
      first.release();
      await leased(counters, bound);
      expect(await counters.held('twice')).toBe(2);
    });

    it('[CO3] leases all bounds or none, and names the one that is full', async () => {
      const [all, each] = [
        { key: 'all', limit: 9 },
        { key: 'each', limit: 1 },
      ];
      const lease = await leased(counters, all, each);
      expect(await counters.lease([all, each])).toEqual({ granted: false, full: each });
      expect(await counters.held('all')).toBe(1);
      lease.release();
      await expect.poll(() => counters.held('all'), patience).toBe(0);
      expect(await counters.held('each')).toBe(0);
    });

    it('[CO4] never grants more than the bound to callers at the same time', async () => {
      const bound = { key: 'rush', limit: 7 };
      const answers = await Promise.all(Array.from({ length: 40 }, () => counters.lease([bound])));
      expect(answers.filter(({ granted }) => granted)).toHaveLength(7);
      expect(await counters.held('rush')).toBe(7);
    });

    it('[CO5] counts without refusing where the limit is infinite, and refuses all where it is 0', async () => {
      const free = { key: 'free', limit: Number.POSITIVE_INFINITY };
      for (let count = 1; count <= 20; count += 1) {
        await leased(counters, free);
        expect(await counters.held('free')).toBe(count);
      }
      const none = { key: 'none', limit: 0 };
      expect(await counters.lease([none])).toEqual({ granted: false, full: none });
    });

    it('[CO6] keeps keys apart, whatever they are made of', async () => {
      const keys = ['a', 'a:b', 'a b', 'a\n', '{a}', 'å', '*', 'x'.repeat(200)];
      for (const key of keys) await leased(counters, { key, limit: 1 });
      for (const key of keys) expect(await counters.held(key)).toBe(1);
      for (const [at, key] of keys.entries()) await counters.add(key, at, long);
      for (const [at, key] of keys.entries()) expect(await counters.add(key, 0, long)).toBe(at);
    });

    it('[CO7] sums, fractions too, at the same time too', async () => {
      expect(await counters.add('sum', 0, long)).toBe(0);
      expect(await counters.add('sum', 1.5, long)).toBe(1.5);
      await Promise.all(Array.from({ length: 50 }, () => counters.add('sum', 0.25, long)));
      expect(await counters.add('sum', 0, long)).toBeCloseTo(14, 6);
    });

    it('[CO8] forgets a sum so long after it was begun, however often it is added to', async () => {
      await counters.add('brief', 1_000_000, short);
      // Were its time begun anew by each addition, it would never come to an end here.
      await expect.poll(() => counters.add('brief', 1, short), patience).toBeLessThan(1_000_000);
      await counters.add('lasting', 1_000, long);
      expect(await counters.add('lasting', 1, short)).toBe(1_001);
    });

    it('[CO9] marks a key once, for one of several callers, until the mark has run out', async () => {
      const answers = await Promise.all(Array.from({ length: 20 }, () => counters.mark('once', long)));
      expect(answers.filter((first) => first)).toHaveLength(1);
      expect(await counters.mark('once', long)).toBe(false);
      expect(await counters.mark('another', short)).toBe(true);
      await expect.poll(() => counters.mark('another', short), patience).toBe(true);
    });

    it('[CO10] keeps leases, sums and marks of the same key apart', async () => {
      await leased(counters, { key: 'same', limit: 1 });
      expect(await counters.add('same', 5, long)).toBe(5);
      expect(await counters.mark('same', long)).toBe(true);
      expect(await counters.held('same')).toBe(1);
    });

    it('[CO11] counts for all servers that share it, and for those that have closed no more', async () => {
      if (!subject.kill) return;
      const other = await open();
      const bound = { key: 'shared', limit: 2 };
      await leased(counters, bound);
      await leased(other, bound);
      expect(await counters.lease([bound])).toEqual({ granted: false, full: bound });
      expect(await counters.add('shared', 2, long)).toBe(2);
      expect(await other.add('shared', 2, long)).toBe(4);
      expect([await counters.mark('shared', long), await other.mark('shared', long)]).toEqual([true, false]);
      await other.close();
      await expect.poll(() => counters.held('shared'), patience).toBe(1);
    });

    it('[CO12] gets back the leases of a server that has died, and of no other', async () => {
      if (!subject.kill) return;
      const other = await open();
      const bound = { key: 'mortal', limit: 3 };
      await leased(counters, bound);
      await leased(other, bound);
      await leased(other, bound);
      await subject.kill(other);
      await expect.poll(() => counters.held('mortal'), patience).toBe(1);
      // The living keep theirs for longer than a dead one's last.
      await leased(counters, { key: 'mortal', limit: 2 });
      expect(await counters.held('mortal')).toBe(2);
    });
  });
}

async function leased(counters: Counters, ...bounds: Bound[]): Promise<Lease> {
  const answer = await counters.lease(bounds);
  if (!answer.granted) throw new Error(`${answer.full.key} is full.`);
  return answer.lease;
}
