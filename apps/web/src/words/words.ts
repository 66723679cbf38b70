import type { en } from './en.ts';

export interface Advice {
  readonly what: string;
  /** What to do now. */
  readonly next: string;
}

export type ProblemWords = Readonly<Record<string, Advice>>;

/** Everything that the page says, in one language. */
export type Words = typeof en;
