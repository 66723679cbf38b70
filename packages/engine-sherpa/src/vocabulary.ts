import { readFileSync } from 'node:fs';

/** How sherpa-onnx cuts hotwords into tokens: its `modelingUnit`. */
export type ModelingUnit = 'bpe' | 'cjkchar' | 'cjkchar+bpe';

const wordStart = '▁';
const special = /^(?:<.*>|#\d+)$/u;
const oneSign = /^[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}]$/u;
/** As the library cuts words where signs are tokens: what is not ASCII one by one, the rest together. */
const signs = /[ -~]+|[^ -~]/gu;
/** What is no letter or number, and is a part of words all the same. */
const insideWords = ["'", '-'];

/** A model's tokens, and which words can be made of them. */
export class Vocabulary {
  readonly tokens: readonly string[];
  readonly modelingUnit: ModelingUnit;
  readonly #pieces: ReadonlySet<string>;
  readonly #longest: number;
  readonly #toCase: (text: string) => string;
  readonly #noPartOfWords: RegExp;

  /** `tokens` in the order of their numbers, the special ones too. */
  constructor(tokens: readonly string[]) {
    this.tokens = tokens;
    const pieces = tokens.filter((token) => !special.test(token));
    this.#pieces = new Set(pieces);
    this.#longest = pieces.reduce((most, piece) => Math.max(most, piece.length), 0);
    this.modelingUnit = unitOf(pieces);
    const all = pieces.join('');
    this.#toCase = caseOf(all);
    const kept = insideWords.filter((sign) => all.includes(sign)).join('');
    this.#noPartOfWords = new RegExp(`[^\\p{L}\\p{M}\\p{N}${kept}]+`, 'gu');
  }

  /** As NeMo's models have it, and the library insists on; icefall's have it before all other tokens. */
  get hasBlankLast(): boolean {
    return this.tokens.at(-1) === '<blk>';
  }

  /**
   * The phrase in the model's letters; `undefined` where it has no tokens for it. Letters, numbers and what stands inside words is all
   * that is left of it: other signs mean something to the library, and a client's `:` could end its process.
   */
  spell(phrase: string): string | undefined {
    const cased = this.#toCase(phrase.normalize('NFC').replaceAll('’', "'"));
    const words = cased.replaceAll(this.#noPartOfWords, ' ').trim().split(' ');
    return words.every((word) => this.#hasTokensFor(word)) ? words.join(' ') : undefined;
  }

  #hasTokensFor(word: string): boolean {
    if (word === '') return false;
    if (this.modelingUnit === 'bpe') return this.#isJoined(wordStart + word);
    const parts = word.match(signs) ?? [];
    return parts.every(
      (part) => this.#pieces.has(part) || (this.modelingUnit !== 'cjkchar' && this.#isJoined(wordStart + part)),
    );
  }

  /** Whether `text` can be made of tokens put together. */
  #isJoined(text: string): boolean {
    const reached = [true];
    for (let end = 1; end <= text.length; end += 1) {
      let found = false;
      for (let start = Math.max(0, end - this.#longest); start < end && !found; start += 1)
        found = reached[start] === true && this.#pieces.has(text.slice(start, end));
      reached.push(found);
    }
    return reached[text.length] === true;
  }
}

/** Of a tokens.txt: in each line a token and its number. */
export function readVocabulary(file: string): Vocabulary {
  const lines = readFileSync(file, 'utf8').matchAll(/^(.*\S)\s+(\d+)\s*$/gmu);
  const numbered = Array.from(lines, ([, token = '', number]) => ({ token, number: Number(number) }));
  return new Vocabulary(numbered.toSorted((one, other) => one.number - other.number).map(({ token }) => token));
}

function unitOf(pieces: readonly string[]): ModelingUnit {
  const hasWords = pieces.some((piece) => piece.startsWith(wordStart));
  if (!hasWords) return 'cjkchar';
  return pieces.some((piece) => oneSign.test(piece)) ? 'cjkchar+bpe' : 'bpe';
}

function caseOf(letters: string): (text: string) => string {
  const hasLower = /\p{Ll}/u.test(letters);
  const hasUpper = /\p{Lu}/u.test(letters);
  if (hasLower === hasUpper) return (text) => text;
  return hasLower ? (text) => text.toLowerCase() : (text) => text.toUpperCase();
}
