import type { Row } from './rows.ts';

export interface Found {
  /** The row, and how many of the same text are before it in that row. */
  readonly row: number;
  readonly nth: number;
}

/** So many are counted; nobody steps through more. */
const mostFound = 10_000;

/** Where the text occurs, whatever its case, in the order of reading. */
export function find(rows: readonly Row[], wanted: string): readonly Found[] {
  const needle = folded(wanted.trim());
  const found: Found[] = [];
  if (needle === '') return found;
  for (const [index, row] of rows.entries()) {
    if (row.kind !== 'segment') continue;
    for (const nth of places(row.text, needle).keys()) found.push({ row: index, nth });
    if (found.length >= mostFound) break;
  }
  return found;
}

/** Where in a text; `needle` is folded. */
export function places(text: string, needle: string): readonly number[] {
  const hay = folded(text);
  const at: number[] = [];
  if (needle === '') return at;
  for (let from = hay.indexOf(needle); from !== -1; from = hay.indexOf(needle, from + needle.length)) at.push(from);
  return at;
}

/** Without case, at the same length: places in the folded text are places in the text. */
export function folded(text: string): string {
  const lower = text.toLowerCase();
  return lower.length === text.length ? lower : text;
}
