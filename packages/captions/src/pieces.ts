import { type CaptionSegment, type CaptionWord, oneLine } from './segment.ts';
import { widthOf } from './width.ts';

/** What no line is broken inside of: a word with its punctuation. Times are whole milliseconds. */
export interface Piece {
  readonly text: string;
  /** Columns. */
  readonly width: number;
  /** Whether it follows the piece before it without a space. */
  readonly glued: boolean;
  readonly start: number;
  readonly end: number;
  readonly speaker: string | undefined;
}

/** Words longer than this are broken: half a line, so that a break inside costs little. */
const longest = 21;
const unspaced = /[\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}\p{sc=Thai}\p{sc=Lao}\p{sc=Khmer}\p{sc=Myanmar}]/u;
const sounded = /[\p{L}\p{N}]/u;

const words = new Intl.Segmenter(undefined, { granularity: 'word' });
const graphemes = new Intl.Segmenter(undefined, { granularity: 'grapheme' });

/** What a piece ends: a place to break after. */
export function closes({ text }: Pick<Piece, 'text'>): 'sentence' | 'clause' | 'none' {
  if (/[.!?…。！？][\p{Pe}\p{Pf}"']*$/u.test(text)) return 'sentence';
  return /[,;:–—、，；：][\p{Pe}\p{Pf}"']*$/u.test(text) ? 'clause' : 'none';
}

/** The words of the segments, one after the other. */
export function piecesOf(segments: readonly CaptionSegment[]): Piece[] {
  const pieces: Piece[] = [];
  for (const segment of segments) {
    const tokens = oneLine(segment.text).split(' ').filter(Boolean).flatMap(breakable);
    const timeAt = clockOf(segment, tokens);
    for (const token of tokens) {
      const [from, to] = timeAt(token);
      const start = Math.round(from * 1000);
      const end = Math.max(start, Math.round(to * 1000));
      const speaker = segment.speaker === undefined ? undefined : oneLine(segment.speaker) || undefined;
      pieces.push({ text: token.text, width: widthOf(token.text), glued: token.glued, start, end, speaker });
    }
  }
  return pieces;
}

/** The same with `Name: ` before the first word of another speaker than before. */
export function withNames(pieces: readonly Piece[]): Piece[] {
  let speaking: string | undefined;
  return pieces.flatMap((piece) => {
    const name = piece.speaker === speaking ? undefined : piece.speaker;
    speaking = piece.speaker;
    if (name === undefined) return [piece];
    const label = `${name}: `;
    // One with its first word, where that leaves a line no wider than allowed.
    if (widthOf(label) <= longest) return [{ ...piece, text: label + piece.text, width: widthOf(label) + piece.width }];
    const tokens = label.trim().split(' ').flatMap(breakable);
    return [...tokens.map((token) => ({ ...piece, ...token, width: widthOf(token.text), end: piece.start })), piece];
  });
}

export interface Token {
  readonly text: string;
  readonly glued: boolean;
}

/** A word; or its parts, where it is too long for a line or stands for a sentence of a script without spaces. */
export function breakable(word: string): Token[] {
  const short = widthOf(word) <= longest;
  if (short && !unspaced.test(word)) return [{ text: word, glued: false }];
  const parts: string[] = [];
  let open = '';
  for (const { segment, isWordLike } of words.segment(word)) {
    if (/^[\p{Ps}\p{Pi}]+$/u.test(segment)) {
      open += segment;
    } else if (isWordLike || parts.length === 0) {
      parts.push(...cut(open + segment));
      open = '';
    } else {
      // A full stop belongs to what it ends.
      parts.push(...cut((parts.pop() ?? '') + open + segment));
      open = '';
    }
  }
  if (open !== '') parts.push(open);
  return parts.map((text, index) => ({ text, glued: index > 0 }));
}

function cut(text: string): string[] {
  if (widthOf(text) <= longest) return [text];
  const parts: string[] = [];
  let part = '';
  for (const { segment } of graphemes.segment(text)) {
    if (part !== '' && widthOf(part + segment) > longest) {
      parts.push(part);
      part = '';
    }
    part += segment;
  }
  return [...parts, part];
}

/**
 * Tells when tokens sounded; to be asked for one after the other. Places are counted in letters, since the words that
 * have times may be written otherwise than the text: without its punctuation, or in other pieces.
 */
function clockOf(segment: CaptionSegment, tokens: readonly Token[]): (token: Token) => readonly [number, number] {
  const { start, end, text } = segment;
  const weigh = sounded.test(text) ? letters : (part: string) => part.length;
  const known = segment.words?.filter(({ word }) => weigh(word) > 0) ?? [];
  const timed: readonly CaptionWord[] = known.length > 0 ? known : [{ word: text, start, end }];
  const ofText = tokens.reduce((sum, token) => sum + weigh(token.text), 0);
  const ofTimed = timed.reduce((sum, { word }) => sum + weigh(word), 0);
  const timeAt = timeline(timed, weigh);
  let at = 0;
  return ({ text: part }) => {
    const from = (at * ofTimed) / ofText;
    at += weigh(part);
    return [timeAt(from, 'start'), timeAt((at * ofTimed) / ofText, 'end')];
  };
}

/** When the letter at a place sounded; asked for in order. Between two words, the start is the later one's. */
function timeline(timed: readonly CaptionWord[], weigh: (text: string) => number) {
  let index = 0;
  let before = 0;
  return (place: number, side: 'start' | 'end'): number => {
    for (;;) {
      const { word, start, end } = timed[index] ?? { word: '', start: 0, end: 0 };
      const weight = weigh(word);
      const inside = place - before;
      // Places are quotients: the very end of a word may come out a trifle before or after it.
      const passed = side === 'start' ? inside > weight - 1e-6 : inside > weight + 1e-6;
      if (!passed || index === timed.length - 1)
        return start + (end - start) * Math.min(1, Math.max(0, inside / weight));
      before += weight;
      index++;
    }
  };
}

function letters(text: string): number {
  let count = 0;
  for (const character of text) if (sounded.test(character)) count++;
  return count;
}
