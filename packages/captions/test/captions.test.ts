import { describe, expect, it } from 'vitest';
import { type CaptionSegment, timedWords, toSrt, toText, toVtt } from '../src/index.ts';

const long =
  'It was the best of times, it was the worst of times, it was the age of wisdom, it was the age of foolishness. It was the epoch of belief.';

describe('SubRip', () => {
  it('breaks a long segment where a sentence or a clause ends, in balanced lines, and shares out its time', () => {
    expect(toSrt([{ start: 0.5, end: 10.5, text: long }])).toMatchInlineSnapshot(`
      "1
      00:00:00,500 --> 00:00:06,131
      It was the best of times, it was the
      worst of times, it was the age of wisdom,

      2
      00:00:06,131 --> 00:00:10,500
      it was the age of foolishness.
      It was the epoch of belief.
      "
    `);
  });

  it('takes the times of the words where there are any, though they are written otherwise', () => {
    const words = [
      { word: 'yes', start: 1, end: 1.4 },
      { word: 'i', start: 4, end: 4.1 },
      { word: "don't", start: 4.1, end: 4.5 },
      { word: 'know', start: 4.5, end: 5.25 },
    ];
    expect(toSrt([{ start: 0, end: 9, text: 'Yes. I don’t know.', words }])).toMatchInlineSnapshot(`
      "1
      00:00:01,000 --> 00:00:02,000
      Yes.

      2
      00:00:04,000 --> 00:00:05,250
      I don’t know.
      "
    `);
  });

  it('names the speaker where it changes', () => {
    const segments: readonly CaptionSegment[] = [
      { start: 0, end: 2, text: 'Shall we begin?', speaker: 'Anna' },
      { start: 4, end: 6, text: 'I am ready when you are.', speaker: 'Anna' },
      { start: 6, end: 8, text: 'Then let us begin.', speaker: 'Björn  af\nÖ' },
    ];
    expect(toSrt(segments)).toMatchInlineSnapshot(`
      "1
      00:00:00,000 --> 00:00:02,000
      Anna: Shall we begin?

      2
      00:00:04,000 --> 00:00:06,000
      I am ready when you are.

      3
      00:00:06,000 --> 00:00:08,000
      Björn af Ö: Then let us begin.
      "
    `);
    expect(toText(segments)).toBe('Anna: Shall we begin?\nI am ready when you are.\nBjörn af Ö: Then let us begin.\n');
  });

  it('has nothing in it that would be taken for a line of times', () => {
    expect(toSrt([{ start: 0, end: 2, text: '00:01 --> 00:02' }])).toBe(
      '1\n00:00:00,000 --> 00:00:02,000\n00:01 → 00:02\n',
    );
  });
});

describe('WebVTT', () => {
  it('has the speaker as voice, and is escaped', () => {
    const text = '1 < 2 & "x" --> y';
    expect(toVtt([{ start: 3_723.4, end: 3_726, text, speaker: '<Anna & co>' }])).toMatchInlineSnapshot(`
      "WEBVTT

      01:02:03.400 --> 01:02:06.000
      <v &lt;Anna &amp; co&gt;>1 &lt; 2 &amp; "x" --&gt; y
      "
    `);
  });

  it('without a word is still a file of its kind', () => {
    expect(toVtt([])).toBe('WEBVTT\n');
    expect(toVtt([{ start: 0, end: 3, text: ' \n ' }])).toBe('WEBVTT\n');
    expect(toSrt([])).toBe('');
    expect(toText([{ start: 0, end: 3, text: '' }])).toBe('');
  });
});

describe('a script without spaces', () => {
  it('is broken between words, at half as many characters', () => {
    const text = '今日はとても良い天気ですね。公園へ散歩に行きましょう。そのあとで一緒に昼ごはんを食べませんか。';
    expect(toSrt([{ start: 0, end: 12, text }])).toMatchInlineSnapshot(`
      "1
      00:00:00,000 --> 00:00:06,818
      今日はとても良い天気ですね。
      公園へ散歩に行きましょう。

      2
      00:00:06,818 --> 00:00:12,000
      そのあとで一緒に昼ごはんを食べませんか。
      "
    `);
  });
});

it('a flood of short words is shown for a second each, as soon as there is room', () => {
  const flood = ['One.', 'Two.', 'Three.'].map((text, index) => ({
    start: 1 + index / 10,
    end: 1.1 + index / 10,
    text,
    speaker: `S${index}`,
  }));
  const times = toVtt([...flood, { start: 5, end: 6, text: 'Four.' }]).match(/^.* --> .*$/gm);
  expect(times).toEqual([
    '00:00:01.000 --> 00:00:02.000',
    '00:00:02.000 --> 00:00:03.000',
    '00:00:03.000 --> 00:00:04.000',
    '00:00:05.000 --> 00:00:06.000',
  ]);
});

it('what was said fast stays for as long as it takes to read, where nothing follows', () => {
  const text = 'This is so many words that nobody reads it in one second.';
  const file = toVtt([
    { start: 0, end: 1, text },
    { start: 9, end: 10, text },
    { start: 11, end: 12, text },
  ]);
  expect(file.match(/^.* --> .*$/gm)).toEqual([
    '00:00:00.000 --> 00:00:02.300',
    '00:00:09.000 --> 00:00:11.000',
    '00:00:11.000 --> 00:00:13.300',
  ]);
});

it('the words of one segment come with their times, known or shared out', () => {
  expect(timedWords({ start: 2, end: 4, text: 'Well, now!' })).toEqual([
    { text: 'Well,', glued: false, start: 2, end: 3.143 },
    { text: 'now!', glued: false, start: 3.143, end: 4 },
  ]);
  const words = [
    { word: 'well', start: 2.1, end: 2.4 },
    { word: 'now', start: 3.2, end: 3.9 },
  ];
  expect(timedWords({ start: 2, end: 4, text: 'Well, now!', words })).toEqual([
    { text: 'Well,', glued: false, start: 2.1, end: 2.4 },
    { text: 'now!', glued: false, start: 3.2, end: 3.9 },
  ]);
});
