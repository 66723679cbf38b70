import { describe, expect, it } from 'vitest';
import { find, places } from '../src/transcript/find.ts';
import type { Row } from '../src/transcript/rows.ts';

const rows: readonly Row[] = [
  row('The ferry. THE quay.'),
  { kind: 'note', key: 'n', code: 'damaged', message: 'the note', start: 1, end: undefined },
  row('Nothing here.'),
  row('Bathe there.'),
];

function row(text: string): Row {
  return {
    kind: 'segment',
    key: text,
    run: 0,
    start: 0,
    end: 1,
    text,
    state: 'final',
    speaker: undefined,
    words: undefined,
  };
}

describe('finding', () => {
  it('tells each place, whatever its case, in the order of reading', () => {
    expect(find(rows, ' the ')).toEqual([
      { row: 0, nth: 0 },
      { row: 0, nth: 1 },
      { row: 3, nth: 0 },
      { row: 3, nth: 1 },
    ]);
    expect(find(rows, 'quay.')).toEqual([{ row: 0, nth: 0 }]);
    expect(find(rows, 'notes')).toEqual([]);
    expect(find(rows, '  ')).toEqual([]);
  });

  it('does not count what overlaps twice, and keeps its places where small letters are longer', () => {
    expect(places('aaaaa', 'aa')).toEqual([0, 2]);
    // A capital I with a dot is two characters when it is small.
    expect(places('İstanbul by the sea', 'sea')).toEqual([16]);
  });
});
