import { timelineMs } from '@live-transcribe/audio';
import type { BusMessage, Seq } from '@live-transcribe/core';
import { describeWith } from '@live-transcribe/testkit';
import { describe, expect, it, onTestFinished } from 'vitest';
import { Proxy } from '../../store-sql/test/proxy.ts';
import { RedisBus } from '../src/index.ts';
import { Interest } from '../src/interest.ts';
import { Outgoing } from '../src/outgoing.ts';
import { decode, type Letter } from '../src/wire.ts';

import { address, redisMissing, redisSpace, withRedis } from './redis.ts';

const patience = { timeout: 20_000, interval: 10 };
const span = { start: timelineMs(0), end: timelineMs(1) };
const final = (seq: number): BusMessage => ({
  kind: 'event',
  event: { kind: 'final', segment: 0, ...span, text: 'x', vendorEvent: 'test', seq: seq as Seq },
});
const partial: BusMessage = {
  kind: 'event',
  event: { kind: 'partial', segment: 0, ...span, text: 'x', vendorEvent: 'test' },
};

/** Servers that share a Redis, all by way of a proxy that can cut them off. */
async function cluster() {
  const proxy = await Proxy.to(6379);
  const { prefix, clear } = redisSpace();
  const warnings: string[] = [];
  const open = async () => {
    const bus = await RedisBus.open({ url: proxy.by(address), prefix, warn: (message) => warnings.push(message) });
    onTestFinished(async () => {
      await bus.close();
    });
    return bus;
  };
  onTestFinished(async () => {
    await proxy.shut();
    await clear();
  });
  return { proxy, prefix, warnings, open };
}

function watch(bus: RedisBus, session: string): BusMessage[] {
  const heard: BusMessage[] = [];
  void (async () => {
    for await (const message of bus.subscribe(session)) heard.push(message);
  })();
  return heard;
}

const seqs = (heard: readonly BusMessage[]) =>
  heard.flatMap((message) => (message.kind === 'event' && 'seq' in message.event ? [Number(message.event.seq)] : []));

describeWith([redisMissing], 'buses in one Redis', { timeout: 60_000 }, () => {
  it('work without Redis where they are, say once that it is away, and reach each other when it is there', async () => {
    const { proxy, warnings, open } = await cluster();
    await proxy.shut();
    const [here, there] = [await open(), await open()];
    const [near, far] = [watch(here, 'a'), watch(there, 'a')];
    here.publish('a', final(1));
    await expect.poll(() => seqs(near), patience).toEqual([1]);
    await expect.poll(() => warnings.length, patience).toBe(2);
    await proxy.open();
    await expect
      .poll(() => {
        here.publish('a', { kind: 'heartbeat', seq: 1 });
        return far.length;
      }, patience)
      .toBeGreaterThan(0);
    const [away, back] = [expect.stringMatching(/^Redis cannot be reached: .*ECONNREFUSED/), 'Redis is there again.'];
    await expect.poll(() => warnings, patience).toEqual([away, away, back, back]);
    here.publish('a', final(2));
    await expect.poll(() => [seqs(near), seqs(far)], patience).toEqual([[1, 2], [2]]);
  });

  it('keep events for others while Redis is away for a moment, and no partials', async () => {
    const { proxy, open } = await cluster();
    const [here, there] = [await open(), await open()];
    const far = watch(there, 'a');
    await expect
      .poll(() => {
        here.publish('a', { kind: 'heartbeat', seq: 0 });
        return far.length;
      }, patience)
      .toBeGreaterThan(0);
    await proxy.shut();
    await expect.poll(() => proxy.connections, patience).toBe(0);
    await new Promise((resolve) => setImmediate(resolve));
    for (let seq = 1; seq <= 50; seq += 1) {
      here.publish('a', final(seq));
      here.publish('a', partial);
    }
    await proxy.open();
    await expect.poll(() => seqs(far).at(-1), patience).toBe(50);
    expect(seqs(far)).toEqual(Array.from({ length: 50 }, (_, index) => index + 1));
    expect(far.filter((message) => message === partial)).toEqual([]);
  });

  it('notice a Redis that does not answer, and close in time without it', async () => {
    const { proxy, open, warnings } = await cluster();
    const bus = await open();
    const heard = watch(bus, 'a');
    await expect.poll(() => proxy.connections, patience).toBe(2);
    proxy.silence();
    const [other, another] = [watch(bus, 'b'), watch(bus, 'c')];
    await expect.poll(() => warnings.length, patience).toBeGreaterThan(0);
    bus.publish('a', final(1));
    await expect.poll(() => seqs(heard), patience).toEqual([1]);
    const began = performance.now();
    await bus.close();
    // A bound, not a measurement: two connections that wait for an answer take 1.5 s each, at the same time.
    expect(performance.now() - began).toBeLessThan(10_000);
    expect([other, another]).toEqual([[], []]);
  });

  it('cost Redis nothing where nobody watches elsewhere, and little space where somebody does not read', async () => {
    const { prefix, open } = await cluster();
    const [here, there] = [await open(), await open()];
    for (let seq = 1; seq <= 100; seq += 1) here.publish('nobody', final(seq));
    const far = watch(there, 'a');
    await expect
      .poll(() => {
        here.publish('a', { kind: 'heartbeat', seq: 0 });
        return far.length;
      }, patience)
      .toBeGreaterThan(0);
    await withRedis(async (redis) => {
      const keys = (await redis.keys(`${prefix}:*`)).toSorted();
      expect(keys).toEqual([`${prefix}:calls`, expect.stringMatching(new RegExp(`^${prefix}:server:`))]);
      for (const key of keys) expect(await redis.pttl(key)).toBeGreaterThan(0);
      for (let entry = 0; entry < 3_000; entry += 1) await redis.xadd(String(keys[1]), '*', 'm', 'nonsense');
      here.publish('a', final(1));
      await expect.poll(() => seqs(far), patience).toEqual([1]);
      expect(await redis.xlen(String(keys[1]))).toBeLessThan(1_200);
    });
    await there.close();
    await withRedis(async (redis) => {
      await expect.poll(() => redis.keys(`${prefix}:server:*`), patience).toEqual([]);
    });
  });

  it('pass over what they cannot read', async () => {
    const { prefix, open } = await cluster();
    const [here, there] = [await open(), await open()];
    await withRedis(async (redis) => {
      const values = ['', '{', '[]', '7', '{"version":9,"by":"x","items":[]}', '{"version":1,"by":"x"}'];
      for (const value of values) await redis.xadd(`${prefix}:calls`, '*', 'm', value);
      await redis.xadd(`${prefix}:calls`, '*', 'other', 'x');
    });
    const far = watch(there, 'a');
    await expect
      .poll(() => {
        here.publish('a', { kind: 'heartbeat', seq: 0 });
        return far.length;
      }, patience)
      .toBeGreaterThan(0);
  });

  it('wait for no password that is wrong, and tell nobody what it was', async () => {
    const { prefix, clear } = redisSpace();
    const warnings: string[] = [];
    const url = address.replace('//', '//somebody:hunter2@');
    const bus = await RedisBus.open({ url, prefix, warn: (message) => warnings.push(message) });
    await expect.poll(() => warnings.length, patience).toBeGreaterThan(0);
    expect(warnings.join()).not.toContain('hunter2');
    await bus.close();
    await clear();
  });
});

describe('what a bus holds in memory', () => {
  it('is bounded: what is replaceable goes first, then the oldest', () => {
    const outgoing = new Outgoing();
    const letter = (message: BusMessage): Letter => ({ kind: 'said', session: 'a', message });
    for (let seq = 1; seq <= 2_000; seq += 1) {
      outgoing.add({ to: 'x', letter: letter(final(seq)) });
      outgoing.add({ to: 'x', letter: letter(partial) });
    }
    const left = () => outgoing.take(10_000).get('x') ?? [];
    for (let seq = 2_001; seq <= 2_200; seq += 1) outgoing.add({ to: 'x', letter: letter(final(seq)) });
    const kept = left();
    expect(kept.filter(({ kind }) => kind === 'said').length).toBe(kept.length);
    expect(seqs(kept.flatMap((one) => (one.kind === 'said' ? [one.message] : []))).at(-1)).toBe(2_200);
    for (let seq = 1; seq <= 100_000; seq += 1) outgoing.add({ to: 'x', letter: letter(final(seq)) });
    const rest = seqs(left().flatMap((one) => (one.kind === 'said' ? [one.message] : [])));
    expect(rest.length).toBeLessThanOrEqual(4_096);
    expect(rest.at(-1)).toBe(100_000);
    expect(outgoing.isEmpty).toBe(true);
  });

  it('forgets who does not say again that they watch, and takes no more than it can hold', () => {
    let now = 0;
    const interest = new Interest(() => now);
    interest.note('a', 'x');
    now = 20_000;
    interest.note('a', 'y');
    now = 30_000;
    interest.sweep();
    expect([...(interest.of('a')?.keys() ?? [])]).toEqual(['y']);
    interest.forget('a', 'y');
    expect(interest.of('a')).toBeUndefined();
    for (let session = 0; session < 100_010; session += 1) interest.note(String(session), 'x');
    for (let server = 0; server < 70; server += 1) interest.note('0', String(server));
    expect([interest.size, interest.of('0')?.size]).toEqual([100_000, 64]);
  });

  it.each(['null', '"x"', '{"version":1,"by":7,"items":[]}'])('reads no %s', (text) => {
    expect(decode(text)).toBeUndefined();
  });
});
