import type { EngineEvent, SessionEvent } from '@live-transcribe/core';
import type { SpokenEvent } from './rings.ts';
import type { ShownText } from './text-ring.ts';

/** What `/debug/front-text` shows of an event that was sent to a client. */
export function sentText(event: SessionEvent): ShownText {
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

/** What `/debug/openai-text` shows of an event that came from the engine; times are the engine connection's. */
export function heardText(event: SpokenEvent): ShownText {
  const ts = { start_s: Math.round(event.start) / 1000, end_s: Math.round(event.end) / 1000 };
  if (event.kind === 'failed') return { type: 'error', text: event.error.message, ts, event: event.error.code };
  return { type: event.kind === 'hypothesis' ? 'partial' : 'final', text: event.text, ts, event: event.vendorEvent };
}

/** Of an object with some numbers, of a word with its times, and of a character at most. */
const weights = { event: 250, word: 120, character: 2 };

/** What an event takes of memory, in bytes, about. */
export function weightOf(event: SessionEvent | EngineEvent): number {
  const text = 'text' in event ? event.text.length * weights.character : 0;
  const words = 'words' in event ? (event.words?.length ?? 0) * weights.word : 0;
  return weights.event + text + words;
}
