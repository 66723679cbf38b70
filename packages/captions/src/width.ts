const plain = /^[\u0020-\u007e\u00a0-\u02ff]*$/;
const none = /[\p{M}\p{Cf}]/u;
const wide = /[\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}\p{sc=Hangul}\u3000-\u303f\uff01-\uff60]/u;

/** How many columns a text takes: marks none, the characters of East Asia two. */
export function widthOf(text: string): number {
  if (plain.test(text)) return text.length;
  let width = 0;
  for (const character of text) width += none.test(character) ? 0 : wide.test(character) ? 2 : 1;
  return width;
}
