import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { type CaptionSegment, toSrt, toText, toVtt } from '../src/index.ts';

interface ParsedCue {
  readonly start: number;
  readonly end: number;
  readonly lines: readonly string[];
}

const seconds = (time: string) =>
  time
    .replace(',', '.')
    .split(':')
    .reduce((sum, part) => sum * 60 + Number(part), 0);

function parse(file: string): ParsedCue[] {
  const blocks = file.replace(/^WEBVTT\n\n?/, '').split('\n\n');
  return blocks
    .filter((block) => block !== '')
    .map((block) => {
      const [times = '', ...lines] = block
        .trimEnd()
        .split('\n')
        .slice(file.startsWith('WEBVTT') ? 0 : 1);
      const [start = '', end = ''] = times.split(' --> ');
      return { start: seconds(start), end: seconds(end), lines };
    });
}

const unescape = (text: string) =>
  text
    .replace(/^<v [^>]*>/, '')
    .replaceAll(/&(lt|gt|amp);/g, (_all, name) => ({ lt: '<', gt: '>', amp: '&' })[String(name)] ?? '');

const word = fc.oneof(
  { weight: 8, arbitrary: fc.stringMatching(/^[a-zA-ZåäöÅÄÖ0-9’]{1,14}[.,?!:;]?$/) },
  { weight: 1, arbitrary: fc.stringMatching(/^[&<>\-"'().]{1,6}$/) },
  { weight: 1, arbitrary: fc.stringMatching(/^[a-z]{40,120}$/) },
  { weight: 1, arbitrary: fc.stringMatching(/^[一-鿋。、ぁ-ん「」]{1,60}$/) },
);

const segment = fc.record({
  words: fc.array(word, { maxLength: 60 }),
  gap: fc.double({ min: 0, max: 4, noNaN: true }),
  length: fc.double({ min: 0, max: 30, noNaN: true }),
  speaker: fc.constantFrom(
    undefined,
    undefined,
    'Anna',
    'Björn',
    'The representative of the honourable opposition party',
  ),
  timed: fc.boolean(),
});

/** Segments one after the other; some with the times of their words. */
const segments = fc.array(segment, { maxLength: 12 }).map((parts) => {
  let at = 0;
  return parts.map(({ words, gap, length, speaker, timed }): CaptionSegment => {
    const start = at + gap;
    at = start + length;
    const share = length / Math.max(1, words.length);
    const times = words.map((text, index) => ({
      word: text,
      start: start + index * share,
      end: start + (index + 1) * share,
    }));
    return { start, end: at, text: words.join(' '), speaker, ...(timed && { words: times }) };
  });
});

const compact = (text: string) => text.replaceAll(/\s/g, '');
const said = (all: readonly CaptionSegment[]) => compact(all.map(({ text }) => text).join(''));

function columns(line: string): number {
  return Array.from(line).reduce((sum, character) => sum + (character > '⺀' ? 2 : 1), 0);
}

function expectLimits(cues: readonly ParsedCue[]): void {
  let free = 0;
  for (const { start, end, lines } of cues) {
    expect(start).toBeGreaterThanOrEqual(free);
    expect(end - start).toBeGreaterThanOrEqual(1 - 1e-6);
    expect(end - start).toBeLessThanOrEqual(7 + 1e-6);
    expect(lines.length).toBeGreaterThanOrEqual(1);
    expect(lines.length).toBeLessThanOrEqual(2);
    for (const line of lines) {
      expect(line).toBe(line.trim());
      expect(columns(line)).toBeLessThanOrEqual(42);
    }
    free = end - 1e-6;
  }
}

it('WebVTT has every word once, in order, within the limits', () => {
  fc.assert(
    fc.property(segments, (all) => {
      const cues = parse(toVtt(all)).map((cue) => ({ ...cue, lines: cue.lines.map(unescape) }));
      expect(compact(cues.flatMap(({ lines }) => lines).join(''))).toBe(said(all));
      expectLimits(cues);
    }),
    { numRuns: 300 },
  );
});

it('SubRip too, with the names where the speaker changes', () => {
  fc.assert(
    fc.property(segments, (all) => {
      const cues = parse(toSrt(all));
      expectLimits(cues);
      const shown = compact(cues.flatMap(({ lines }) => lines).join(''));
      const spoken = all.filter(({ text }) => text !== '');
      const named = spoken.map(({ text, speaker }, index) =>
        speaker === undefined || speaker === spoken[index - 1]?.speaker ? text : `${speaker}: ${text}`,
      );
      // Not after the spaces are gone: `--` and `>` are two words.
      expect(shown).toBe(compact(named.map((text) => text.replaceAll('-->', '→')).join('')));
    }),
    { numRuns: 300 },
  );
});

it('words that are spoken no faster than they can be read stand there while they are spoken, for long enough', () => {
  const slow = fc.array(fc.stringMatching(/^[a-z]{2,8}[.,]?$/), { minLength: 1, maxLength: 80 });
  fc.assert(
    fc.property(slow, (words) => {
      // Half a second a word: at most 18 columns a second.
      const timed = words.map((text, index) => ({ word: text, start: index / 2, end: index / 2 + 0.45 }));
      const cues = parse(toVtt([{ start: 0, end: words.length / 2, text: words.join(' '), words: timed }]));
      let index = 0;
      for (const { start, end, lines } of cues) {
        const count = lines.join(' ').split(' ').length;
        expect(start).toBeCloseTo(index / 2, 3);
        index += count;
        const last = index === words.length;
        expect(end).toBeGreaterThanOrEqual(index / 2 - 0.051);
        if (!last) expect(lines.join('').length / (end - start)).toBeLessThanOrEqual(21);
      }
    }),
    { numRuns: 300 },
  );
});

it('plain text has one line for each segment with words', () => {
  fc.assert(
    fc.property(segments, (all) => {
      const lines = toText(all).split('\n').slice(0, -1);
      const spoken = all.filter(({ text }) => text !== '');
      expect(lines).toHaveLength(spoken.length);
      for (const [index, { text }] of spoken.entries()) expect(lines[index]?.endsWith(text)).toBe(true);
    }),
  );
});

it('three hours of speech are made into captions at once', () => {
  const hours = Array.from({ length: 5_000 }, (_, index) => ({
    start: index * 2,
    end: index * 2 + 1.9,
    text: 'and so the words go on and on, without an end to them',
  }));
  expect(parse(toSrt(hours)).length).toBeGreaterThan(2_500);
}, 10_000);
