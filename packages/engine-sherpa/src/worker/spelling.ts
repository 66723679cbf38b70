/** What a punctuation model may put behind a word. */
const marks = /^[,.?!;:…、。，？！；：]$/u;
/** What the models of Chinese put behind words of other scripts too, and what those scripts have in their place. */
const narrow: Readonly<Record<string, string>> = {
  '，': ',',
  '、': ',',
  '。': '.',
  '？': '?',
  '！': '!',
  '；': ';',
  '：': ':',
};
const wideScript = /^[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}]/u;

const signsOf = (text: string): string[] => Array.from(text.replaceAll(/\s/gu, ''));

/** Whether a text has no marks, and no capitals or nothing else: whoever spells by themselves has more. */
export const isUnspelled = (text: string): boolean =>
  !signsOf(text).some((sign) => marks.test(sign)) && (text === text.toLowerCase() || text === text.toUpperCase());

/**
 * How a text is spelled: for each of its signs that is no space, what stands there in `marked`, as a capital or not, and the marks
 * behind it. `undefined` where `marked` is not the same text, sign by sign: then no word may be taken from it.
 */
export function spellingOf(text: string, marked: string): readonly string[] | undefined {
  const signs = signsOf(text);
  const spelling: string[] = [];
  for (const sign of signsOf(marked)) {
    const last = spelling.at(-1);
    if (sign.toLowerCase() === signs[spelling.length]?.toLowerCase()) spelling.push(sign);
    else if (last !== undefined && marks.test(sign))
      spelling.splice(-1, 1, last + (wideScript.test(last) ? sign : (narrow[sign] ?? sign)));
    else return undefined;
  }
  return spelling.length === signs.length ? spelling : undefined;
}

/** The texts, which have the spelled text's signs in their order, each in its spelling; as they are where they have others. */
export function spelled(texts: readonly string[], spelling: readonly string[]): readonly string[] {
  const signs = texts.map(signsOf);
  const places = signs.flat();
  const isSame =
    places.length === spelling.length &&
    places.every((sign, index) => spelling[index]?.toLowerCase().startsWith(sign.toLowerCase()));
  if (!isSame) return texts;
  let at = 0;
  return texts.map((text) => text.replaceAll(/\S/gu, (sign) => spelling[at++] ?? sign));
}
