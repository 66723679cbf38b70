export interface ScriptItem {
  /** Counted from 0 on each connection, in the order of commits. */
  readonly index: number;
  /** Milliseconds since the connection's first sample. */
  readonly startMs: number;
  readonly endMs: number;
  readonly samples: Int16Array;
}

export interface ScriptedText {
  readonly transcript: string;
  /** Pieces that arrive one by one; the transcript's words when absent. */
  readonly deltas?: readonly string[];
  /** Who said what, for a model that tells; one speaker when absent. Seconds since the item's first sample. */
  readonly segments?: readonly ScriptedSegment[];
  /** Of the tokens, for a session that asked for them; of each word that of 0.9 when absent. */
  readonly logprobs?: readonly number[];
}

export interface ScriptedSegment {
  readonly text: string;
  readonly speaker: string;
  readonly start: number;
  readonly end: number;
}

/** What is "heard": by item, or texts in order. The simulator recognises nothing. */
export type Script = ((item: ScriptItem) => ScriptedText) | readonly string[];

/** Samples below this are silence to the script that nobody wrote, which answers it with no text, as a good model does. */
const quiet = 300;

export function scriptedText(script: Script | undefined, item: ScriptItem): ScriptedText {
  if (typeof script === 'function') return script(item);
  const text = script?.[item.index];
  if (text !== undefined) return { transcript: text };
  const silent = item.samples.every((sample) => Math.abs(sample) < quiet);
  return { transcript: silent ? '' : `simulated utterance ${item.index + 1}` };
}

/** The words of a text, each with the space before it, so that together they are the text. */
export const wordsOf = (text: string): string[] => text.match(/\s*\S+\s*$|\s*\S+/g) ?? [];
