import { alignWords } from '@live-transcribe/core';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

const span = { start: 1_000, end: 5_000 };
const timed = (...words: [text: string, start: number, end: number][]) =>
  words.map(([text, start, end]) => ({ text, start, end }));

const word = fc.constantFrom(
  'the',
  'The,',
  'cat',
  'sat.',
  'on',
  'mat!',
  '–',
  '...',
  'åäö',
  '“Oh',
  '東京に行く。',
  '42',
);
const time = fc.oneof(
  fc.integer({ min: -2_000, max: 9_000 }),
  fc.constantFrom(Number.NaN, Number.POSITIVE_INFINITY, 0.5),
);
const heard = fc.array(fc.record({ text: word, start: time, end: time }), { maxLength: 30 });

describe('alignWords', () => {
  it('takes the times of the same words, whatever their case and punctuation, and keeps its own spelling', () => {
    const aligned = alignWords(
      'Well, HELLO there!',
      timed(['well', 1_100, 1_400], ['Hello,', 1_500, 2_000], ['there', 2_100, 2_600]),
      span,
    );
    expect(aligned).toEqual(timed(['Well,', 1_100, 1_400], ['HELLO', 1_500, 2_000], ['there!', 2_100, 2_600]));
  });

  it('gives words that were heard differently their share of the time between their neighbours', () => {
    const aligned = alignWords(
      'a bb cccc d',
      timed(['a', 1_000, 1_200], ['x', 1_300, 1_500], ['d', 1_800, 2_000]),
      span,
    );
    expect(aligned).toEqual(
      timed(['a', 1_000, 1_200], ['bb', 1_200, 1_400], ['cccc', 1_400, 1_800], ['d', 1_800, 2_000]),
    );
  });

  it('gives words at both ends the time from the start and to the end of the segment', () => {
    const aligned = alignWords('um yes well', timed(['yes', 2_000, 3_000]), span);
    expect(aligned).toEqual(timed(['um', 1_000, 2_000], ['yes', 2_000, 3_000], ['well', 3_000, 5_000]));
  });

  it('skips what only the other hearing has', () => {
    const aligned = alignWords(
      'one two',
      timed(['one', 1_000, 1_100], ['er', 1_200, 1_300], ['two', 1_400, 1_500]),
      span,
    );
    expect(aligned).toEqual(timed(['one', 1_000, 1_100], ['two', 1_400, 1_500]));
  });

  it('divides a script without spaces as its readers do', () => {
    const aligned = alignWords('東京に行く。', timed(['東京', 1_000, 1_500], ['行く', 2_000, 3_000]), span);
    expect(aligned.map(({ text }) => text).join('')).toBe('東京に行く。');
    expect(aligned[0]).toEqual({ text: '東京', start: 1_000, end: 1_500 });
    expect(aligned.length).toBeGreaterThan(2);
  });

  it('stays quick where the texts are longer than any speech', () => {
    const long = Array.from({ length: 20_000 }, (_, index) => `w${index}`);
    const aligned = alignWords(
      long.join(' '),
      timed(...long.map((text): [string, number, number] => [text, 1, 2])),
      span,
    );
    expect(aligned).toHaveLength(20_000);
  });

  it('has exactly the words of the text, one after the other within the segment, whatever was heard', () => {
    fc.assert(
      fc.property(fc.array(word, { maxLength: 30 }), heard, (words, times) => {
        const text = words.join(' ');
        const aligned = alignWords(text, times, span);
        expect(aligned.map((each) => each.text).join('')).toBe(text.replaceAll(' ', ''));
        let before = span.start;
        for (const { start, end } of aligned) {
          expect(start).toBeGreaterThanOrEqual(before);
          expect(end).toBeGreaterThanOrEqual(start);
          before = end;
        }
        expect(before).toBeLessThanOrEqual(span.end);
      }),
    );
  });

  it('gives back the times of what was heard alike', () => {
    const words = fc.array(
      fc.record({ text: fc.constantFrom('a', 'b', 'c'), long: fc.integer({ min: 0, max: 100 }) }),
      { maxLength: 30 },
    );
    fc.assert(
      fc.property(words, (lengths) => {
        let at = span.start;
        const alike = lengths.map(({ text, long }) => ({ text, start: at, end: (at += long) }));
        expect(alignWords(alike.map(({ text }) => text).join(' '), alike, span)).toEqual(alike);
      }),
    );
  });
});
