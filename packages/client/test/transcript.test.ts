import { describe, expect, it } from 'vitest';
import type { TranscriptionEvent } from '../src/messages.ts';
import { applyEvent, closeOpen, eventOf, type Segment } from '../src/transcript.ts';

const spoken = (segment: number, text: string) => ({ segment, text, start: segment, end: segment + 0.5 });
const partial = (segment: number, text: string): TranscriptionEvent => ({ kind: 'partial', ...spoken(segment, text) });
const final = (segment: number, text: string): TranscriptionEvent => ({ kind: 'final', ...spoken(segment, text) });
const failed = (segment?: number): TranscriptionEvent => ({
  kind: 'error',
  code: 'x',
  message: 'x',
  segment,
  start: segment,
  end: segment,
  fatal: false,
});
const words = (segment: number): TranscriptionEvent => ({ kind: 'words', segment, words: [word] });
const word = { word: 'a', start: 0, end: 1 };
const ended: TranscriptionEvent = { kind: 'ended', duration: 9 };

const shown = (segments: readonly Segment[]) =>
  segments
    .map(({ index, text, state }) => {
      if (state === 'failed') return `${index} (${text})`;
      return `${index} ${state === 'final' ? text.toUpperCase() : text}`;
    })
    .join(', ');

/** Finals in capitals, what failed in brackets. */
const table: readonly { rule: string; events: readonly TranscriptionEvent[]; then: string }[] = [
  { rule: 'nothing said is nothing shown', events: [ended], then: '' },
  { rule: 'a partial opens its segment', events: [partial(0, 'so')], then: '0 so' },
  { rule: 'a partial replaces the one before', events: [partial(0, 'so'), partial(0, 'sow the')], then: '0 sow the' },
  {
    rule: 'a final takes the place of its partial',
    events: [partial(0, 'so'), final(0, 'so be it')],
    then: '0 SO BE IT',
  },
  { rule: 'a final needs no partial', events: [final(0, 'yes')], then: '0 YES' },
  { rule: 'a final never changes', events: [final(0, 'yes'), final(0, 'no')], then: '0 YES' },
  { rule: 'a late partial does not reopen a segment', events: [final(0, 'yes'), partial(0, 'y')], then: '0 YES' },
  { rule: 'the next segment stands behind', events: [final(0, 'a'), partial(1, 'b')], then: '0 A, 1 b' },
  {
    rule: 'a segment that comes early is put in its place',
    events: [partial(2, 'c'), final(0, 'a')],
    then: '0 A, 2 c',
  },
  {
    rule: 'a final may come while the next segment is open',
    events: [partial(0, 'a'), partial(1, 'b'), final(0, 'aa')],
    then: '0 AA, 1 b',
  },
  { rule: 'an empty final takes back what was noise', events: [partial(0, 'uh'), final(0, ' ')], then: '' },
  { rule: 'an empty final of nothing is nothing', events: [final(0, '')], then: '' },
  { rule: 'an empty partial takes back', events: [partial(0, 'uh'), partial(0, '')], then: '' },
  { rule: 'an empty final does not take back a final', events: [final(0, 'a'), final(0, '')], then: '0 A' },
  {
    rule: 'a segment that failed keeps what was last heard',
    events: [final(0, 'a'), partial(1, 'b'), failed(1)],
    then: '0 A, 1 (b)',
  },
  { rule: 'a segment may fail before it had a text', events: [failed(0)], then: '0 ()' },
  { rule: 'a final does not fail', events: [final(0, 'a'), failed(0)], then: '0 A' },
  { rule: 'what has failed stays so', events: [failed(0), partial(0, 'a'), final(0, 'a')], then: '0 ()' },
  { rule: 'an error of no segment changes nothing', events: [partial(0, 'a'), failed()], then: '0 a' },
];

describe('the transcript', () => {
  it.each(table)('$rule', ({ events, then }) => {
    expect(shown(events.reduce(applyEvent, []))).toBe(then);
  });

  it('gives words to finals, whose text stays', () => {
    const [segment] = [final(0, 'a'), words(0)].reduce(applyEvent, []);
    expect(segment).toEqual({ index: 0, start: 0, end: 0.5, text: 'a', state: 'final', words: [word] });
    expect([partial(0, 'a'), words(0), words(1)].reduce(applyEvent, [])).toEqual(
      [partial(0, 'a')].reduce(applyEvent, []),
    );
  });

  it('knows what a final knows', () => {
    const known = { words: [word], speaker: 'A', confidence: 0.5 };
    const event: TranscriptionEvent = { kind: 'final', ...spoken(0, 'a'), ...known };
    expect(applyEvent([], event)).toEqual([{ index: 0, start: 0, end: 0.5, text: 'a', state: 'final', ...known }]);
  });

  it('can be closed where nothing more will come, and made of its segments again', () => {
    const open = [final(0, 'a'), partial(1, 'b'), failed(2)].reduce(applyEvent, []);
    const closed = closeOpen(open);
    expect(shown(closed)).toBe('0 A, 1 (b), 2 ()');
    expect(closed[0]).toBe(open[0]);
    expect(closeOpen(closed)).toBe(closed);
    expect(open.map(eventOf).reduce(applyEvent, [])).toEqual(open);
  });

  it('keeps the segments that an event does not concern as they are', () => {
    const before = [final(0, 'a'), partial(1, 'b')].reduce(applyEvent, []);
    const after = applyEvent(before, partial(1, 'bb'));
    expect(after[0]).toBe(before[0]);
    expect(after[1]).toEqual({ index: 1, start: 1, end: 1.5, text: 'bb', state: 'partial' });
    expect(before[1]?.text).toBe('b');
    expect(applyEvent(after, final(0, 'again'))).toBe(after);
  });
});
