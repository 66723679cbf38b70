export interface CaptionWord {
  readonly word: string;
  /** Seconds. */
  readonly start: number;
  readonly end: number;
}

/** What was said at one time, in the order of speaking. */
export interface CaptionSegment {
  /** Seconds. */
  readonly start: number;
  readonly end: number;
  readonly text: string;
  readonly speaker?: string | undefined;
  /** When the words of the text sounded, where that is known. */
  readonly words?: readonly CaptionWord[] | undefined;
}

/** A name as it can stand in a line. */
export const oneLine = (text: string): string => text.trim().replaceAll(/\s+/g, ' ');
