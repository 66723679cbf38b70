import { systemClock } from '@live-transcribe/core';
import { describeCountersContract } from '@live-transcribe/testkit';
import { expect, it } from 'vitest';
import { ExpiringMap } from '../src/counters/expiring-map.ts';
import { LocalCounters } from '../src/counters/local-counters.ts';

describeCountersContract('a server that runs alone', async () => ({
  open: async () => new LocalCounters(systemClock),
  dispose: async () => undefined,
}));

it('holds no more than its bound, and has room again for what has run out', () => {
  let now = 0;
  const map = new ExpiringMap<number>({ clock: { now: () => now }, most: 2 });
  map.set('a', 1, 10);
  map.set('b', 2, 20);
  expect(() => map.set('c', 3, 10)).toThrow(expect.objectContaining({ code: 'store_unavailable' }));
  map.set('b', 4, 1_000);
  now = 10;
  map.set('c', 3, 10);
  expect([map.get('a'), map.get('b'), map.get('c')]).toEqual([undefined, 4, 3]);
  now = 20;
  expect([map.get('b'), map.get('c')]).toEqual([undefined, undefined]);
});
