/** Scripts that put no space between words. */
const unspaced =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}]/u;

/**
 * The words of a text, each with the punctuation that touches it. Joined without spaces they are the text without
 * spaces, and where the script has spaces they are what stands between them.
 */
export function splitWords(text: string): string[] {
  return text
    .split(/\s+/u)
    .filter((token) => token !== '')
    .flatMap((token) => (unspaced.test(token) ? splitUnspaced(token) : [token]));
}

/** By the dictionary of the runtime (ICU); punctuation goes with the word before it, at the beginning with the first. */
function splitUnspaced(token: string): string[] {
  const words: string[] = [];
  let lead = '';
  for (const { segment, isWordLike } of new Intl.Segmenter(undefined, { granularity: 'word' }).segment(token)) {
    if (isWordLike) {
      words.push(lead + segment);
      lead = '';
    } else if (words.length === 0) lead += segment;
    else words[words.length - 1] += segment;
  }
  return words.length > 0 ? words : [token];
}

/** What two spellings of a word have in common: no case, no punctuation. Empty where there is nothing else. */
export const normalised = (word: string): string =>
  word
    .normalize('NFKC')
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}\p{M}]/gu, '');
