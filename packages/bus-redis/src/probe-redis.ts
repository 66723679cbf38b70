import { randomUUID } from 'node:crypto';
import { Redis } from 'ioredis';
import { sentenceOf } from './redis.ts';

export interface ProbeRedisOptions {
  readonly url: string;
  /** Of all keys. */
  readonly prefix: string;
  readonly withinMs: number;
}

/** Written once and removed; should the removal fail, Redis does it. */
const keptSeconds = 10;

/**
 * Tries what the bus needs: a stream is written, read and removed. Answers Redis' version. Throws an `Error` with a sentence
 * without the address.
 */
export async function probeRedis({ url, prefix, withinMs }: ProbeRedisOptions): Promise<string> {
  const redis = new Redis(url, {
    protocol: 2,
    lazyConnect: true,
    connectTimeout: withinMs,
    commandTimeout: withinMs,
    maxRetriesPerRequest: 0,
    retryStrategy: () => null,
  });
  let fault: unknown;
  // Else the library writes to the console; and what it throws says less than what it tells here.
  redis.on('error', (error: Error) => {
    fault ??= error;
  });
  const key = `${prefix}:probe:${randomUUID()}`;
  try {
    await redis.connect();
    await redis.xadd(key, '*', 'probe', '1');
    await redis.expire(key, keptSeconds);
    const read = await redis.xrange(key, '-', '+');
    await redis.del(key);
    if (read.length !== 1) throw new Error('What was written to a stream could not be read');
    return /redis_version:(\S+)/.exec(await redis.info('server'))?.[1] ?? 'of an unknown version';
  } catch (thrown) {
    throw new Error(`${sentenceOf(fault ?? thrown)}.`, { cause: thrown });
  } finally {
    redis.disconnect();
  }
}
