import { probeRedis } from '@live-transcribe/bus-redis';
import type { Config } from '../../config/settings.ts';
import { type Finding, ok, sentenceOf, warning, wrong } from '../finding.ts';

const check = 'redis';
const answerMs = 5_000;

/** Whether servers could find each other; nothing where there is but one. */
export async function checkRedis({ redisUrl, redisPrefix, databaseUrl }: Config): Promise<readonly Finding[]> {
  if (redisUrl === undefined) return [];
  try {
    const version = await probeRedis({ url: redisUrl, prefix: redisPrefix, withinMs: answerMs });
    const found = ok(check, `Redis ${version} takes and gives back what servers tell each other.`);
    if (databaseUrl !== undefined) return [found];
    const mend = 'Set DATABASE_URL, the same for all of them.';
    return [found, warning(check, 'Servers that share Redis keep transcripts each for itself.', mend)];
  } catch (thrown) {
    const mend = 'Look at REDIS_URL, and whether Redis (5 or later) runs and lets this machine in.';
    return [wrong(check, `Redis cannot be used: ${sentenceOf(thrown)}`, mend)];
  }
}
