export type { RedisCountersOptions } from './counters/redis-counters.ts';
export { RedisCounters } from './counters/redis-counters.ts';
export type { ProbeRedisOptions } from './probe-redis.ts';
export { probeRedis } from './probe-redis.ts';
export type { RedisOptions } from './redis.ts';
export type { RedisBusOptions } from './redis-bus.ts';
export { RedisBus } from './redis-bus.ts';
