import type { LoggedEvent, SessionStore, TimelineWord } from '@live-transcribe/core';
import { secondsOf, type TranscriptItem } from './session-schemas.ts';

const pageSize = 500;

/** All segments of a session that are closed, in order. Throws `StoreError`. */
export async function readTranscript(store: Pick<SessionStore, 'read'>, id: string): Promise<TranscriptItem[]> {
  const items: TranscriptItem[] = [];
  for (let last = 0, full = true; full; ) {
    const page = await store.read(id, last as LoggedEvent['seq'], pageSize);
    for (const event of page) {
      addToTranscript(event, items);
      last = event.seq;
    }
    full = page.length === pageSize;
  }
  return items;
}

/** Adds to `items` what `event` says of them. */
export function addToTranscript(event: LoggedEvent, items: TranscriptItem[]): void {
  switch (event.kind) {
    case 'final': {
      const { text, speaker, confidence, words } = event;
      items.push({
        ...placeOf(event),
        text,
        ...(speaker !== undefined && { speaker }),
        ...(confidence !== undefined && { confidence }),
        ...(words && { words: words.map(wordOf) }),
      });
      return;
    }
    case 'words': {
      const item = items.findLast(({ segment }) => segment === event.segment);
      if (item) item.words = event.words.map(wordOf);
      return;
    }
    case 'segment_failed': {
      const { code, message } = event.error;
      items.push({ ...placeOf(event), text: '', error: { error: message, code } });
      return;
    }
    case 'opened':
    case 'resumed':
    case 'gap':
    case 'engine_changed':
    case 'closed':
      return;
    default:
      event satisfies never;
  }
}

const placeOf = ({ segment, start, end }: Extract<LoggedEvent, { kind: 'final' | 'segment_failed' }>) => ({
  segment,
  start: secondsOf(start),
  end: secondsOf(end),
});

const wordOf = ({ text, start, end, confidence }: TimelineWord) => ({
  word: text,
  start: secondsOf(start),
  end: secondsOf(end),
  ...(confidence !== undefined && { confidence }),
});
