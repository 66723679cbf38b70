export interface WordErrors {
  /** Errors per spoken word; above 1 where much was invented. */
  readonly rate: number;
  /** Words substituted, left out and added. */
  readonly errors: number;
  /** Words spoken. */
  readonly words: number;
}

/** Levenshtein distance over words, without regard to case and punctuation. */
export function wordErrorRate(spoken: string, heard: string): WordErrors {
  const reference = wordsOf(spoken);
  const hypothesis = wordsOf(heard);
  let previous = Array.from({ length: hypothesis.length + 1 }, (_, index) => index);
  for (const [row, word] of reference.entries()) {
    const current = [row + 1];
    for (const [column, other] of hypothesis.entries()) {
      const substituted = (previous[column] ?? 0) + (word === other ? 0 : 1);
      const left = (previous[column + 1] ?? 0) + 1;
      const added = (current[column] ?? 0) + 1;
      current.push(Math.min(substituted, left, added));
    }
    previous = current;
  }
  const errors = previous.at(-1) ?? 0;
  return { errors, words: reference.length, rate: reference.length === 0 ? errors : errors / reference.length };
}

function wordsOf(text: string): string[] {
  return text.toLowerCase().match(/[\p{L}\p{N}']+/gu) ?? [];
}
