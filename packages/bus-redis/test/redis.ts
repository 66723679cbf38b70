import { randomBytes } from 'node:crypto';
import { Redis } from 'ioredis';

export const address = 'redis://127.0.0.1:6379/0';

/** What to install or start where no Redis answers on its usual port; else `undefined`. */
export const redisMissing = await missing();

export interface RedisSpace {
  /** Of all keys of a test. */
  readonly prefix: string;
  /** Removes what has them. */
  clear(): Promise<void>;
}

export function redisSpace(): RedisSpace {
  const prefix = `test-${randomBytes(6).toString('hex')}`;
  const clear = () =>
    withRedis(async (redis) => {
      const keys = await redis.keys(`${prefix}:*`);
      if (keys.length > 0) await redis.unlink(keys);
    });
  return { prefix, clear };
}

export async function withRedis<T>(work: (redis: Redis) => Promise<T>): Promise<T> {
  const redis = new Redis(address, { lazyConnect: true, retryStrategy: () => null, maxRetriesPerRequest: 0 });
  redis.on('error', () => undefined);
  try {
    await redis.connect();
    return await work(redis);
  } finally {
    redis.disconnect();
  }
}

async function missing(): Promise<string | undefined> {
  try {
    await withRedis((redis) => redis.ping());
    return undefined;
  } catch (error) {
    return `Redis on 127.0.0.1:6379 (${error instanceof Error ? error.message : String(error)})`;
  }
}
