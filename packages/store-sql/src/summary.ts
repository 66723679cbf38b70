import type { LoggedEvent } from '@live-transcribe/core';
import { plainText } from './text.ts';
import { wordsOf } from './words.ts';

/** At most so many characters of a session's beginning stand in a list. */
export const previewLength = 200;

/** What events of one session tell of it. */
export interface Summary {
  /** Those that are closed by these events. */
  readonly segments: number;
  /** 0 where none is closed. */
  readonly lastEnd: number;
  readonly preview: string;
  readonly words: ReadonlySet<string>;
  /** What they tell of its run; `undefined`: nothing, it goes on. */
  readonly run: Run | undefined;
}

/** Where a run began or ended; absent members: not told. */
export interface Run {
  /** As it is after the events. */
  readonly state: 'live' | 'closed';
  /** Whether a run has begun that was not the first one. */
  readonly resumed?: true;
  readonly engine?: string;
  readonly language?: string | undefined;
  readonly duration?: number;
}

/** Adds up events of one session, in order. */
export function summarise(events: readonly LoggedEvent[]): Summary {
  let [segments, lastEnd, text] = [0, 0, ''];
  let run: Run | undefined;
  for (const event of events) {
    switch (event.kind) {
      case 'opened':
        run = { ...run, state: 'live', ...begun(event) };
        break;
      case 'resumed':
        run = { ...run, state: 'live', ...begun(event), resumed: true };
        break;
      case 'closed':
        run = { ...run, state: 'closed', duration: event.duration };
        break;
      case 'final':
        text = text === '' ? event.text : `${text} ${event.text}`;
        segments += 1;
        lastEnd = event.end;
        break;
      case 'segment_failed':
        segments += 1;
        lastEnd = event.end;
        break;
      case 'words':
      case 'gap':
      case 'engine_changed':
        break;
      default:
        event satisfies never;
    }
  }
  return { segments, lastEnd, preview: beginning(text), words: wordsOf(text), run };
}

/** One line of more than a preview needs: the database cuts it, behind what there is already. */
function beginning(text: string): string {
  return plainText(text.slice(0, 2 * previewLength))
    .replace(/\s+/g, ' ')
    .trim();
}

function begun({ engine, language }: { readonly engine: string; readonly language: string | undefined }) {
  return { engine: plainText(engine), language: language === undefined ? undefined : plainText(language) };
}
