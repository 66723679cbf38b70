import { type Filter, maxCoefficients } from './filter.ts';

/** A filter's coefficients as kernel/resample.ts takes them, in two parts of 16 bits; the upper one only about the middle. */
export interface Table {
  /** The tap of a tile with which the upper parts begin. */
  readonly upperFrom: number;
  /** Of 8 taps each, for every row. */
  readonly upperVectors: number;
  readonly lowerVectors: number;
  /** Upper parts are in steps of 2 to this power. */
  readonly lowerBits: number;
  /** Outputs until the same tiles come again; 0 for a filter whose outputs lie between rows, which stand alone. */
  readonly period: number;
  /** Tile after tile: the upper parts, then the lower ones, each the first vectors of all rows, then the second ones. */
  readonly parts: Int16Array;
}

/** Outputs that the kernel computes from the same samples. */
export const tileRows = 4;

/** Room for the parts of any filter: 29/683 has the most, 60,160. */
export const maxParts = 2 * maxCoefficients;

/** From so many on, a last tile of which a part is computed twice is not felt. */
const fewPhases = 16;

const vectorTaps = 8;

/** The fraction of an upper part: with more, their products with samples might not add up within 32 bits. */
const upperBits = 14;

/** So much may the lower parts of a row add up to, for their products with samples to do so within 32 bits. */
const mostSum = 2 ** 16 - 1;
const mostPart = 2 ** 15 - 1;

/** A row of the filter, and where in its tile's samples it begins. */
interface Row {
  readonly weights: Float32Array;
  readonly offset: number;
}

export function tableOf(filter: Filter): Table {
  const { unit } = filter;
  const period = periodOf(filter);
  const tiles = period === 0 ? loneRows(filter) : tilesOf(filter, period);
  const taps = Math.max(...tiles.flat().map(({ weights, offset }) => offset + weights.length));
  const step = unit / 2 ** upperBits;
  const lowerVectors = Math.ceil(taps / vectorTaps);
  const fromOf = (upperVectors: number) => Math.max(0, (taps - upperVectors * vectorTaps) >> 1);
  const isEnough = (upperVectors: number) =>
    tiles.every((tile) => tile.every((row) => fits(row, fromOf(upperVectors), upperVectors, step)));
  const upperVectors = leastOf(lowerVectors, isEnough);
  const upperFrom = fromOf(upperVectors);
  const parts = written(tiles, { lowerVectors, upperFrom, upperVectors, step });
  return { lowerVectors, upperFrom, upperVectors, lowerBits: Math.log2(step), period, parts };
}

/** Few phases are taken several times over, to whole tiles, where there is room; else the last tile reaches into the next period. */
function periodOf({ up, rows, taps }: Filter): number {
  if (rows !== up) return 0;
  return up < fewPhases && up * tileRows * taps <= maxCoefficients ? up * tileRows : up;
}

const tilesOf = (filter: Filter, period: number): Row[][] =>
  Array.from({ length: Math.ceil(period / tileRows) }, (_, tile) => tileFrom(filter, tile * tileRows));

/** The rows of the output `first` of a period and of those after it. */
const tileFrom = ({ up, down, reach, taps, coefficients }: Filter, first: number): Row[] =>
  Array.from({ length: tileRows }, (_, i) => {
    const at = (first + i) * down;
    const row = (at % up) * taps;
    const offset = Math.floor(at / up) - Math.floor((first * down) / up);
    return { weights: coefficients.subarray(row, row + 2 * reach), offset };
  });

const loneRows = ({ reach, rows, taps, coefficients }: Filter): Row[][] =>
  Array.from({ length: rows + 1 }, (_, row) => [
    { weights: coefficients.subarray(row * taps, row * taps + 2 * reach), offset: 0 },
  ]);

/** Whether what the upper parts leave of a row is little enough. */
function fits({ weights, offset }: Row, upperFrom: number, upperVectors: number, step: number): boolean {
  let sum = 0;
  let most = 0;
  for (const [i, weight] of weights.entries()) {
    const tap = offset + i - upperFrom;
    const rest = Math.abs(tap >= 0 && tap < upperVectors * vectorTaps ? lowerOf(weight, step) : weight);
    sum += rest;
    if (rest > most) most = rest;
  }
  return sum <= mostSum && most <= mostPart;
}

const upperOf = (weight: number, step: number): number => Math.round(weight / step);
const lowerOf = (weight: number, step: number): number => weight - upperOf(weight, step) * step;

/** The least count up to `most` that is enough. `most` is: what the widest step leaves of the longest row is 1,248 times 32. */
function leastOf(most: number, isEnough: (count: number) => boolean): number {
  let [below, enough] = [-1, most];
  while (enough - below > 1) {
    const middle = (below + enough) >> 1;
    if (isEnough(middle)) enough = middle;
    else below = middle;
  }
  return enough;
}

interface Layout {
  readonly lowerVectors: number;
  readonly upperFrom: number;
  readonly upperVectors: number;
  readonly step: number;
}

function written(tiles: readonly Row[][], { lowerVectors, upperFrom, upperVectors, step }: Layout): Int16Array {
  const upperTo = upperFrom + upperVectors * vectorTaps;
  const rows = tiles[0]?.length ?? 0;
  const tileParts = (lowerVectors + upperVectors) * vectorTaps * rows;
  const parts = new Int16Array(tiles.length * tileParts);
  const place = (row: number, tap: number) =>
    (Math.floor(tap / vectorTaps) * rows + row) * vectorTaps + (tap % vectorTaps);
  for (const [i, tile] of tiles.entries()) {
    const upperAt = i * tileParts;
    const lowerAt = upperAt + upperVectors * vectorTaps * rows;
    for (const [row, { weights, offset }] of tile.entries()) {
      for (const [at, weight] of weights.entries()) {
        const tap = offset + at;
        const isSplit = tap >= upperFrom && tap < upperTo;
        parts[lowerAt + place(row, tap)] = isSplit ? lowerOf(weight, step) : weight;
        if (isSplit) parts[upperAt + place(row, tap - upperFrom)] = upperOf(weight, step);
      }
    }
  }
  return parts;
}
