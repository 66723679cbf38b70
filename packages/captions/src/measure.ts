import type { Piece } from './pieces.ts';

/** Columns: what people read without moving their eyes, and what players show without breaking it themselves. */
export const lineWidth = 42;

/** Answers at once how wide pieces are beside one another: it is asked for every piece and every beginning of a caption. */
export class Measure {
  /** Up to the end of the piece before; with the space before each. */
  readonly #ends: number[] = [0];
  readonly #spaces: number[] = [];
  /** For each piece: the first one that does not fit on one line with it. */
  readonly #lineEnds: number[] = [];

  constructor(pieces: readonly Piece[]) {
    let end = 0;
    for (const { width, glued } of pieces) {
      const space = glued ? 0 : 1;
      end += width + space;
      this.#ends.push(end);
      this.#spaces.push(space);
    }
    let lineEnd = 0;
    for (let from = 0; from < pieces.length; from++) {
      lineEnd = Math.max(lineEnd, from + 1);
      while (lineEnd < pieces.length && this.width(from, lineEnd + 1) <= lineWidth) lineEnd++;
      this.#lineEnds.push(lineEnd);
    }
  }

  /** Columns of the pieces from `from` to before `to`, on one line. */
  width(from: number, to: number): number {
    if (from >= to) return 0;
    return (this.#ends[to] ?? 0) - (this.#ends[from] ?? 0) - (this.#spaces[from] ?? 0);
  }

  fitsTwoLines(from: number, to: number): boolean {
    return this.width(this.#lineEnds[from] ?? to, to) <= lineWidth;
  }
}
