import { decibelsOf, type Level } from '@live-transcribe/audio';
import type { LoggedEvent } from '@live-transcribe/core';
import type { Log } from '../observe/log.ts';

/** What the log says of a live session. */
export function noteEvent(event: LoggedEvent, log: Log): void {
  if (event.kind === 'engine_changed' && event.planned) log.info(event, 'the engine connection was replaced');
  else if (event.kind === 'engine_changed' || event.kind === 'gap') log.warn(event, 'the engine connection was lost');
}

export interface Ending {
  /** The session's last event; `undefined` where it was given up without one. */
  readonly closed: Extract<LoggedEvent, { kind: 'closed' }> | undefined;
  readonly lastedMs: number;
  readonly level: Level;
}

export function noteEnd({ closed, lastedMs, level: { peak, rms, clipped } }: Ending, log: Log): void {
  const level = { peakDb: decibelsOf(peak), rmsDb: decibelsOf(rms), clipped };
  const story = {
    audioMs: closed && Math.round(closed.duration),
    segments: closed?.segments,
    lastedMs: Math.round(lastedMs),
    ...level,
  };
  const fault = closed?.error;
  if (fault) log.warn({ ...story, code: fault.code }, `session ended: ${fault.message}`);
  else log.info(story, 'session ended');
}
