import { join } from 'node:path';
import type { Clock } from '@live-transcribe/core';
import type { Config } from '../config/settings.ts';
import type { Log } from '../observe/log.ts';
import { type KeepAudio, Recordings } from './recordings.ts';

const whose: Readonly<Record<Exclude<KeepAudio, 'off'>, string>> = {
  asked: 'the audio of sessions that ask for it',
  on: 'the audio of sessions',
};

/** The recordings that the configuration names. */
export function openRecordings({ dataDir, keepAudio: keep }: Config, clock: Clock, log: Log): Recordings {
  const folder = join(dataDir, 'audio');
  if (keep !== 'off') log.info(`${whose[keep]} is kept in ${folder}`);
  return new Recordings({ folder, keep, clock });
}
