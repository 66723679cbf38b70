import { decibelsOf, type Level } from '@live-transcribe/audio';
import type { LoggedEvent } from '@live-transcribe/core';
import type { Log } from '../observe/log.ts';
import { type Closed, endOf, isOurs } from '../observe/session-end.ts';
import type { SessionObservation } from '../observe/session-observation.ts';

export interface StoryOptions {
  readonly log: Log;
  /** Whether what is said may stand in the log. */
  readonly logTranscripts: boolean;
}

/** What the log says of a live session. */
export function noteEvent(event: LoggedEvent, { log, logTranscripts }: StoryOptions): void {
  switch (event.kind) {
    case 'engine_changed': {
      const { planned, reason, at } = event;
      const details = { code: reason.code, atMs: Math.round(at) };
      if (planned) return log.info(details, `engine connection replaced: ${reason.message}`);
      return log.warn(details, `engine connection lost, another took its place: ${reason.message}`);
    }
    case 'gap': {
      const details = { code: event.reason.code, startMs: Math.round(event.start), endMs: Math.round(event.end) };
      return log.error(details, `audio lost: ${event.reason.message}`);
    }
    case 'segment_failed':
      return log.warn({ code: event.error.code, segment: event.segment }, `segment failed: ${event.error.message}`);
    case 'final':
      if (logTranscripts) log.info({ segment: event.segment, speaker: event.speaker, text: event.text }, 'final');
      return;
    case 'opened':
    case 'resumed':
    case 'words':
    case 'closed':
      return;
    default:
      event satisfies never;
  }
}

export interface Ending {
  /** The session's last event; `undefined` where it was given up without one. */
  readonly closed: Closed | undefined;
  readonly lastedMs: number;
  readonly level: Level;
  readonly observed: SessionObservation;
}

/** The whole story in one line. */
export function noteEnd({ closed, lastedMs, level: { peak, rms, clipped }, observed }: Ending, log: Log): void {
  const { client, engine, model, language } = observed.about;
  const story = {
    reason: endOf(closed),
    ...{ client, engine, model, language },
    lastedMs: Math.round(lastedMs),
    audioMs: closed && Math.round(closed.duration),
    formats: observed.receivedSeconds.map(([format]) => format),
    segments: closed?.segments,
    ...observed.counts,
    usage: closed?.usage,
    ...{ peakDb: decibelsOf(peak), rmsDb: decibelsOf(rms), clipped },
  };
  const fault = closed?.error;
  if (!fault) log.info(story, 'session ended');
  else log[isOurs(fault.code) ? 'warn' : 'info'](story, `session ended: ${fault.message}`);
}
