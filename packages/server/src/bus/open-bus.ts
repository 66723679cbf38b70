import { RedisBus } from '@live-transcribe/bus-redis';
import { type EventBus, LocalBus } from '@live-transcribe/core';
import type { Config } from '../config/settings.ts';
import type { Log } from '../observe/log.ts';

/** Opens the bus that the configuration names, whether it can be reached or not. */
export async function openBus({ redisUrl: url, redisPrefix: prefix }: Config, log: Log): Promise<EventBus> {
  if (url === undefined) return new LocalBus();
  return RedisBus.open({ url, prefix, warn: (message) => log.warn(message) });
}
