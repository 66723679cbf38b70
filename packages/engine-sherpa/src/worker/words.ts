import type { RecognizerResult } from './addon.ts';

/** A word and when it sounds, in s since the stream's first sample. */
export interface HeardWord {
  readonly text: string;
  readonly start: number;
  readonly end: number;
  /** 0 to 1: the geometric mean of its tokens' probabilities, so that a word is not the less sure for being long. */
  readonly confidence?: number;
}

/** A token's time says when it begins; the last one of a word sounds about so long, in s. */
const tokenLasts = 0.32;
/** Scripts that put no space between words: each sign is one. */
const spaceless = /^[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}]/u;

/** The words of a result, of its tokens and their times; none where the model has no times. `delay` in s, of all times. */
export function wordsOf(result: RecognizerResult, delay: number): HeardWord[] {
  const { tokens = [], timestamps = [], start_time: from = 0 } = result;
  const probabilities = result.ys_probs ?? result.ys_log_probs ?? [];
  if (timestamps.length < tokens.length) return [];
  const words: { text: string; start: number; end: number; logarithm: number; tokens: number }[] = [];
  let joins = false;
  for (const [index, token] of tokens.entries()) {
    const begins = /^[ ▁]/.test(token);
    const text = token.replace(/^[ ▁]+/, '').replace(/@@$/, '');
    const at = from + (timestamps[index] ?? 0) - delay;
    const last = words.at(-1);
    const ends = at + tokenLasts;
    if (last === undefined || (!joins && (begins || spaceless.test(text)))) {
      if (last) last.end = Math.min(last.end, Math.max(at, last.start));
      words.push({ text, start: at, end: ends, logarithm: probabilities[index] ?? 0, tokens: 1 });
    } else {
      last.text += text;
      last.end = ends;
      last.logarithm += probabilities[index] ?? 0;
      last.tokens += 1;
    }
    joins = token.endsWith('@@');
  }
  // A token that the library does not show has a probability all the same: nobody knows then which is whose.
  const known = probabilities.length === tokens.length;
  return words
    .filter(({ text }) => text !== '')
    .map(({ text, start, end, logarithm, tokens: count }) => ({
      text,
      start,
      end,
      ...(known && { confidence: Math.min(1, Math.exp(logarithm / count)) }),
    }));
}
