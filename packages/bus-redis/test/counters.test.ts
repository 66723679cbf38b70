import type { Counters } from '@live-transcribe/core';
import { describeCountersContract, describeWith } from '@live-transcribe/testkit';
import { expect, it, onTestFinished } from 'vitest';
import { Proxy } from '../../store-sql/test/proxy.ts';
import { RedisCounters } from '../src/index.ts';
import { address, redisMissing, redisSpace, withRedis } from './redis.ts';

const patience = { timeout: 30_000, interval: 10 };

/** Resolves when Redis is there: until then counters say that it is not. */
async function opened(url: string, prefix: string): Promise<RedisCounters> {
  const counters = new RedisCounters({ url, prefix });
  await expect.poll(() => counters.held('any').catch(() => undefined), patience).toBe(0);
  return counters;
}

describeWith([redisMissing], 'counters in Redis', {}, () => {
  describeCountersContract('Redis', async () => {
    const { prefix, clear } = redisSpace();
    const proxies = new Map<Counters, Proxy>();
    return {
      open: async () => {
        const proxy = await Proxy.to(6379);
        const counters = await opened(proxy.by(address), prefix);
        proxies.set(counters, proxy);
        return counters;
      },
      // Of a server that is cut off nobody hears anything more, as of one that is dead.
      kill: async (counters) => proxies.get(counters)?.shut(),
      dispose: async () => {
        for (const proxy of proxies.values()) await proxy.shut();
        await clear();
      },
    };
  });

  it('that cannot be reached say so at once, and have what was leased when they are back', {
    timeout: 60_000,
  }, async () => {
    const proxy = await Proxy.to(6379);
    const { prefix, clear } = redisSpace();
    const counters = await opened(proxy.by(address), prefix);
    const other = await opened(address, prefix);
    onTestFinished(async () => {
      await counters.close();
      await other.close();
      await proxy.shut();
      await clear();
    });
    const bound = { key: 'a', limit: 9 };
    const first = await counters.lease([bound]);
    await counters.lease([bound]);
    await proxy.shut();
    await expect.poll(() => proxy.connections, patience).toBe(0);
    await expect(counters.lease([bound])).rejects.toMatchObject({ code: 'store_unavailable' });
    await expect(counters.mark('a', 1_000)).rejects.toMatchObject({ code: 'store_unavailable' });
    if (first.granted) first.lease.release();
    // Redis has been emptied meanwhile, or has taken them for dead.
    await withRedis(async (redis) => redis.unlink(await redis.keys(`${prefix}:*`)));
    await proxy.open();
    await expect.poll(() => other.held('a'), patience).toBe(1);
  });

  it('whose Redis does not answer wait for 2 s at most', { timeout: 30_000 }, async () => {
    const proxy = await Proxy.to(6379);
    const { prefix, clear } = redisSpace();
    const counters = await opened(proxy.by(address), prefix);
    proxy.silence();
    await expect(counters.add('a', 1, 1_000)).rejects.toMatchObject({ code: 'store_unavailable' });
    await counters.close();
    await proxy.shut();
    await clear();
  });
});
