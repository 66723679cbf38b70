import { RedisBus, RedisCounters } from '@live-transcribe/bus-redis';
import { type Clock, type Counters, type EventBus, LocalBus, LocalCounters } from '@live-transcribe/core';
import type { Config } from '../config/settings.ts';
import type { Log } from '../observe/log.ts';

/** Opens the bus that the configuration names, whether it can be reached or not. */
export async function openBus({ redisUrl: url, redisPrefix: prefix }: Config, log: Log): Promise<EventBus> {
  if (url === undefined) return new LocalBus();
  return RedisBus.open({ url, prefix, warn: (message) => log.warn(message) });
}

/** What limits are counted by: all servers together where they share a Redis. */
export function openCounters({ redisUrl: url, redisPrefix: prefix }: Config, clock: Clock): Counters {
  return url === undefined ? new LocalCounters(clock) : new RedisCounters({ url, prefix, clock });
}
