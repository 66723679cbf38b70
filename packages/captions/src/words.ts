import { piecesOf } from './pieces.ts';
import type { CaptionSegment } from './segment.ts';

/** A word of a text with its punctuation, and when it sounded, in seconds. */
export interface TimedWord {
  readonly text: string;
  /** Whether it follows the word before without a space. */
  readonly glued: boolean;
  readonly start: number;
  readonly end: number;
}

/** The words of one segment: by their own times where they have any, else with the segment's time shared out by letters. */
export function timedWords(segment: CaptionSegment): readonly TimedWord[] {
  return piecesOf([segment]).map(({ text, glued, start, end }) => ({
    text,
    glued,
    start: start / 1000,
    end: end / 1000,
  }));
}
