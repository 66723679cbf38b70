import { describe, expect, it } from 'vitest';
import { fileOf, spoken } from '../src/transcript/export.ts';
import type { Row } from '../src/transcript/rows.ts';

const segment = { kind: 'segment', run: 0, state: 'final', speaker: undefined, words: undefined } as const;
const rows: readonly Row[] = [
  { ...segment, key: '0.0', start: 0.1 + 0.2, end: 2.5, text: 'One & two.', speaker: 'Anna' },
  { kind: 'note', key: '0n0', code: 'damaged', message: 'Damaged.', start: 1, end: undefined },
  { ...segment, key: '0.1', start: 2.5, end: 3, text: '', state: 'failed' },
  { kind: 'session', key: '1', startedAt: new Date(0) },
  { ...segment, key: '1.0', start: 4, end: 6, text: 'three', state: 'partial' },
];
const at = new Date(2026, 0, 31, 9, 5);

describe('a transcript as a file', () => {
  it.each([
    ['txt', 'Anna: One & two.\nthree\n'],
    ['srt', '1\n00:00:00,300 --> 00:00:02,500\nAnna: One & two.\n\n2\n00:00:04,000 --> 00:00:06,000\nthree\n'],
    [
      'vtt',
      'WEBVTT\n\n00:00:00.300 --> 00:00:02.500\n<v Anna>One &amp; two.\n\n00:00:04.000 --> 00:00:06.000\nthree\n',
    ],
  ] as const)('%s', (format, content) => {
    expect(fileOf(rows, format, at)).toMatchObject({ name: `transcript-20260131-0905.${format}`, content });
  });

  it('json', () => {
    expect(JSON.parse(fileOf(rows, 'json', at).content)).toEqual({
      segments: [
        { start: 0.3, end: 2.5, text: 'One & two.', speaker: 'Anna' },
        { start: 4, end: 6, text: 'three', state: 'partial' },
      ],
    });
  });

  it('has what was said, and nothing else', () => {
    expect(spoken(rows).map(({ key }) => key)).toEqual(['0.0', '1.0']);
  });
});
