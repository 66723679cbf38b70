import type { SessionEvent } from '@live-transcribe/core';
import type { TextEntry } from './rings.ts';

/** What `/debug/front-text` shows of an event that was sent to a client. */
export function sentText(event: SessionEvent): Omit<TextEntry, 't' | 'session_id'> {
  const ts = 'start' in event ? { start_s: Math.round(event.start) / 1000, end_s: Math.round(event.end) / 1000 } : null;
  switch (event.kind) {
    case 'partial':
    case 'final':
      return { type: event.kind, text: event.text, ts, event: event.vendorEvent };
    case 'words':
      return { type: event.kind, text: event.words.map(({ text }) => text).join(' '), ts, event: event.kind };
    case 'segment_failed':
      return { type: 'error', text: event.error.message, ts, event: event.kind };
    case 'gap':
      return { type: 'error', text: event.reason.message, ts, event: event.kind };
    case 'closed':
      return { type: event.error ? 'error' : 'closed', text: event.error?.message ?? '', ts, event: event.kind };
    case 'opened':
    case 'resumed':
    case 'covered':
    case 'engine_changed':
      return { type: event.kind, text: '', ts, event: event.kind };
    default:
      return event satisfies never;
  }
}
