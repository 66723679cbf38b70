import type { Segment } from '@live-transcribe/client';
import { describe, expect, it } from 'vitest';
import { type Note, type Row, RunRows } from '../src/transcript/rows.ts';

const segment = (index: number, more: Partial<Segment> = {}): Segment => {
  return { index, start: index * 10, end: index * 10 + 8, text: `Segment ${index}.`, state: 'final', ...more };
};
const note = (start: number): Note => ({ code: 'damaged', message: 'Damaged.', start, end: undefined });
const shown = (rows: readonly Row[]) => rows.map((row) => ('start' in row ? `${row.kind} ${row.start}` : row.kind));

describe('the rows of a session', () => {
  it('are its segments, with the notes where they belong', () => {
    const rows = new RunRows({ run: 0, offset: 0, startedAt: undefined });
    expect(shown(rows.of([segment(0), segment(1)], [note(5), note(10), note(30)]))).toEqual([
      'segment 0',
      'note 5',
      'segment 10',
      'note 10',
      'note 30',
    ]);
  });

  it('are timed on from the sessions above, words and holes too', () => {
    const startedAt = new Date(0);
    const rows = new RunRows({ run: 2, offset: 100, startedAt });
    const words = [{ word: 'One', start: 1, end: 2 }];
    const all = rows.of([segment(0, { words })], [{ ...note(4), end: 6 }]);
    expect(all).toMatchObject([
      { kind: 'session', startedAt },
      { kind: 'segment', run: 2, start: 100, end: 108, words: [{ word: 'One', start: 101, end: 102 }] },
      { kind: 'note', start: 104, end: 106 },
    ]);
  });

  it('stay the same objects for as long as nothing about them changes, and have keys of their own', () => {
    const rows = new RunRows({ run: 1, offset: 5, startedAt: new Date(0) });
    const [first, second, one] = [segment(0), segment(1, { state: 'partial' }), note(3)];
    const before = rows.of([first, second], [one]);
    const after = rows.of([first, { ...second, text: 'More.' }], [one]);
    expect(before.map((row, index) => row === after[index])).toEqual([true, true, true, false]);
    expect(after.map(({ key }) => key)).toEqual(before.map(({ key }) => key));
    expect(new Set(after.map(({ key }) => key)).size).toBe(after.length);
  });
});
