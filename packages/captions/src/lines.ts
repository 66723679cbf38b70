import { lineWidth, Measure } from './measure.ts';
import { closes, type Piece } from './pieces.ts';

/** What a line that ends with a stop or a comma is worth, in columns of imbalance. */
const worth = { sentence: 12, clause: 8, none: 0 } as const;

/** The pieces, which fit two lines, as one line where that is enough, else as two. */
export function linesOf(pieces: readonly Piece[]): readonly string[] {
  const measure = new Measure(pieces);
  const all = pieces.length;
  if (measure.width(0, all) <= lineWidth) return [join(pieces)];
  let best = { at: all, cost: Infinity };
  for (let at = 1; at < all; at++) {
    const [first, second] = [measure.width(0, at), measure.width(at, all)];
    const last = pieces[at - 1];
    if (first > lineWidth || second > lineWidth || last === undefined) continue;
    const cost = Math.abs(first - second) - worth[closes(last)];
    if (cost < best.cost) best = { at, cost };
  }
  return [pieces.slice(0, best.at), pieces.slice(best.at)].filter((line) => line.length > 0).map(join);
}

function join(pieces: readonly Piece[]): string {
  return pieces.map(({ text, glued }, index) => (index > 0 && !glued ? ` ${text}` : text)).join('');
}
