import { type CaptionSegment, toSrt, toText, toVtt } from '@live-transcribe/captions';
import type { Row, SegmentRow } from './rows.ts';

export const formats = ['txt', 'srt', 'vtt', 'json'] as const;
export type Format = (typeof formats)[number];

export interface TextFile {
  readonly name: string;
  readonly type: string;
  readonly content: string;
}

const types: Readonly<Record<Format, string>> = {
  txt: 'text/plain;charset=utf-8',
  srt: 'application/x-subrip;charset=utf-8',
  vtt: 'text/vtt;charset=utf-8',
  json: 'application/json',
};

/** What can be read of the transcript: every segment with words, the open one too. */
export const spoken = (rows: readonly Row[]): readonly (SegmentRow & CaptionSegment)[] =>
  rows.filter((row): row is SegmentRow => row.kind === 'segment' && row.text.trim() !== '');

export function fileOf(rows: readonly Row[], format: Format, at: Date): TextFile {
  return { name: `transcript-${stamp(at)}.${format}`, type: types[format], content: contentOf(rows, format) };
}

function contentOf(rows: readonly Row[], format: Format): string {
  const segments = spoken(rows);
  switch (format) {
    case 'txt':
      return toText(segments);
    case 'srt':
      return toSrt(segments);
    case 'vtt':
      return toVtt(segments);
    case 'json':
      return `${JSON.stringify({ segments: segments.map(plain) }, undefined, 2)}\n`;
    default:
      return format satisfies never;
  }
}

const plain = ({ start, end, text, state, speaker, words }: SegmentRow) => ({
  start: toMs(start),
  end: toMs(end),
  text,
  ...(state !== 'final' && { state }),
  ...(speaker !== undefined && { speaker }),
  ...(words !== undefined && { words }),
});

/** Sums of fractions have tails that nobody reads. */
const toMs = (seconds: number): number => Math.round(seconds * 1000) / 1000;

/** The person's own time: 20260131-0905. */
function stamp(at: Date): string {
  const two = (value: number) => String(value).padStart(2, '0');
  const day = `${at.getFullYear()}${two(at.getMonth() + 1)}${two(at.getDate())}`;
  return `${day}-${two(at.getHours())}${two(at.getMinutes())}`;
}
