import { timelineMs } from '@live-transcribe/audio';
import type { LoggedEvent, NewSession, Seq, SessionStore } from '@live-transcribe/core';

export const newSession = (id: string, startedAt = Date.UTC(2026, 0, 1)): NewSession => ({
  id,
  startedAt,
  recognition: { language: 'en', model: 'm', prompt: undefined, words: false },
  resumable: true,
});

export const opened = (id: string): LoggedEvent => ({
  kind: 'opened',
  session: id,
  engine: 'ruler',
  model: 'm',
  language: 'en',
  seq: 1 as Seq,
});

export const final = (seq: number, text: string): LoggedEvent => ({
  kind: 'final',
  segment: seq - 2,
  start: timelineMs(seq * 1_000),
  end: timelineMs(seq * 1_000 + 900),
  text,
  vendorEvent: 'v',
  seq: seq as Seq,
});

export const closed = (seq: number): LoggedEvent => ({
  kind: 'closed',
  duration: timelineMs(seq * 1_000),
  segments: seq - 2,
  seq: seq as Seq,
});

/** All that is kept of a session; throws where a number is missing. */
export async function keptEvents(store: SessionStore, id: string): Promise<readonly LoggedEvent[]> {
  const events = await store.read(id, 0 as Seq, 1_000_000);
  events.forEach(({ seq }, index) => {
    if (seq !== index + 1) throw new Error(`Session ${id} has ${seq} where ${index + 1} should be.`);
  });
  return events;
}

export const texts = (events: readonly LoggedEvent[]) =>
  events.flatMap((event) => (event.kind === 'final' ? [event.text] : []));
