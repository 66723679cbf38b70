import { linesOf } from './lines.ts';
import { Measure } from './measure.ts';
import { closes, type Piece } from './pieces.ts';

/** Times are whole milliseconds. */
export interface Cue {
  readonly start: number;
  readonly end: number;
  /** One or two, of at most 42 columns. */
  readonly lines: readonly string[];
  readonly speaker: string | undefined;
}

const shortestMs = 1_000;
const longestMs = 7_000;
/** What people read: 20 columns a second. */
const msPerColumn = 50;
/** A pause after which nobody expects the sentence to go on: nothing is shown across it. */
const silenceMs = 1_500;
/** A pause that is heard as one. */
const pauseMs = 300;

/** What is to be avoided, in no unit. */
const costs = {
  cue: 10,
  breakAfter: { sentence: 0, clause: 4, none: 12 },
  breakInWord: 30,
  breakWithoutPause: 3,
  /** Per second under the shortest time. */
  hurry: 20,
  fewWords: 8,
} as const;
const fewColumns = 16;

/** Captions by the usual rules; they never overlap, and a flood of words that cannot be read so fast comes a little late. */
export function cuesOf(pieces: readonly Piece[]): readonly Cue[] {
  const groups = runsOf(pieces).flatMap(partition);
  const cues: Cue[] = [];
  let free = 0;
  for (const [index, group] of groups.entries()) {
    const [first, last] = [group[0], group.at(-1)];
    if (first === undefined || last === undefined) continue;
    const start = Math.max(free, first.start);
    const columns = group.reduce((sum, { width }) => sum + width, 0);
    const wanted = Math.max(last.end, start + columns * msPerColumn);
    const next = groups[index + 1]?.[0]?.start ?? Infinity;
    const end = Math.min(Math.max(Math.min(wanted, next), start + shortestMs), start + longestMs);
    cues.push({ start, end, lines: linesOf(group), speaker: first.speaker });
    free = end;
  }
  return cues;
}

/** What may stand together: one speaker, without a long silence. */
function runsOf(pieces: readonly Piece[]): readonly Piece[][] {
  const runs: Piece[][] = [];
  for (const piece of pieces) {
    const run = runs.at(-1);
    const before = run?.at(-1);
    const goesOn = before?.speaker === piece.speaker && piece.start - (before?.end ?? 0) < silenceMs;
    if (run !== undefined && goesOn) run.push(piece);
    else runs.push([piece]);
  }
  return runs;
}

/** The cheapest way to make cues of a run: the best way to its end is the best way to some piece, and one cue more. */
function partition(run: readonly Piece[]): readonly Piece[][] {
  const measure = new Measure(run);
  const best: { readonly cost: number; readonly from: number }[] = [{ cost: 0, from: 0 }];
  for (let to = 1; to <= run.length; to++) {
    const breaking = costOfBreak(run[to - 1], run[to]);
    let choice = { cost: Infinity, from: to - 1 };
    for (let from = to - 1; from >= 0; from--) {
      if (!fits(run, measure, from, to)) break;
      const cost = (best[from]?.cost ?? 0) + breaking + costOf(run, measure, from, to);
      if (cost < choice.cost) choice = { cost, from };
    }
    best.push(choice);
  }
  const groups: Piece[][] = [];
  for (let to = run.length; to > 0; to = best[to]?.from ?? 0) groups.push(run.slice(best[to]?.from ?? 0, to));
  return groups.reverse();
}

function fits(run: readonly Piece[], measure: Measure, from: number, to: number): boolean {
  if (to - from === 1) return true;
  const span = (run[to - 1]?.end ?? 0) - (run[from]?.start ?? 0);
  return span <= longestMs && measure.fitsTwoLines(from, to);
}

function costOf(run: readonly Piece[], measure: Measure, from: number, to: number): number {
  const few = measure.width(from, to) < fewColumns ? costs.fewWords : 0;
  const shownMs = (run[to]?.start ?? Infinity) - (run[from]?.start ?? 0);
  return costs.cue + few + (Math.max(0, shortestMs - shownMs) / 1000) * costs.hurry;
}

function costOfBreak(last: Piece | undefined, next: Piece | undefined): number {
  if (last === undefined || next === undefined) return 0;
  const paused = next.start - last.end >= pauseMs;
  return (next.glued ? costs.breakInWord : costs.breakAfter[closes(last)]) + (paused ? 0 : costs.breakWithoutPause);
}
