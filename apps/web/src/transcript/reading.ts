import type { ReadonlySignal } from '@preact/signals';
import type { Row } from './rows.ts';
import { Scroller } from './scroller.ts';
import { TranscriptSearch } from './search.ts';

/** A transcript in front of a person: its rows, the place in it, and what is sought in it. */
export interface Reading {
  readonly rows: ReadonlySignal<readonly Row[]>;
  readonly scroller: Scroller;
  readonly search: TranscriptSearch;
}

export function readingOf(rows: ReadonlySignal<readonly Row[]>): Reading {
  const scroller = new Scroller();
  return { rows, scroller, search: new TranscriptSearch(rows, scroller) };
}
