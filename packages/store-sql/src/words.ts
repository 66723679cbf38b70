/** Longer words are known by their beginning: with `wordsPerSession` it keeps an index entry below PostgreSQL's limit of 1 MiB. */
const longestWord = 32;

/** Of the words of one session only so many are found again: 12 hours of speech have fewer. */
export const wordsPerSession = 10_000;

/** A query is as many words at most; further ones are not looked at. */
const wordsPerQuery = 16;

// Scripts without spaces between words are taken sign by sign, so that a part of a sentence is found.
const signs = String.raw`[\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}\p{sc=Thai}\p{sc=Lao}\p{sc=Khmer}\p{sc=Myanmar}]`;
const wordPattern = new RegExp(String.raw`${signs}\p{M}*|(?:(?!${signs})[\p{L}\p{N}\p{M}])+`, 'gu');

/** The distinct words of a text as the search knows them: letters, digits and marks in lower case. */
export function wordsOf(text: string): Set<string> {
  return new Set(inOrder(text));
}

/** What to look for: a word, or what a word begins with. */
export interface Term {
  readonly word: string;
  readonly prefix: boolean;
}

/** What somebody typed, as words to find; the last one may be the beginning of a word. */
export function termsOf(query: string): readonly Term[] {
  const words = inOrder(query).slice(0, wordsPerQuery);
  const last = words.pop();
  if (last === undefined) return [];
  return [...[...new Set(words)].map((word) => ({ word, prefix: false })), { word: last, prefix: true }];
}

function inOrder(text: string): string[] {
  const found = text.normalize('NFKC').toLowerCase().match(wordPattern) ?? [];
  return found.map((word) => (word.length > longestWord ? beginning(word) : word));
}

/** Cut so that no character is halved: a lone half is no text for a database. */
function beginning(word: string): string {
  return word.slice(0, longestWord).replace(/[\ud800-\udbff]$/, '');
}
