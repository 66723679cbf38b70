/** As many cells cost a few ms. A minute of fast speech, 300 words against 300, has a tenth of it. */
const mostCells = 1_000_000;

/**
 * The longest sequence of pairs (place in `left`, place in `right`) of equal words, both in order; empty words equal
 * none. Beyond a size that no speech has, nothing is matched.
 */
export function longestMatch(left: readonly string[], right: readonly string[]): (readonly [number, number])[] {
  const width = right.length + 1;
  if ((left.length + 1) * width > mostCells) return [];
  // cells[i * width + j]: the length of the longest match of what follows places i and j.
  const cells = new Uint16Array((left.length + 1) * width);
  const cell = (i: number, j: number) => cells[i * width + j] ?? 0;
  const equal = (i: number, j: number) => left[i] !== '' && left[i] === right[j];
  for (let i = left.length - 1; i >= 0; i -= 1) {
    for (let j = right.length - 1; j >= 0; j -= 1) {
      cells[i * width + j] = equal(i, j) ? cell(i + 1, j + 1) + 1 : Math.max(cell(i + 1, j), cell(i, j + 1));
    }
  }
  const pairs: (readonly [number, number])[] = [];
  for (let i = 0, j = 0; i < left.length && j < right.length; ) {
    if (equal(i, j)) pairs.push([i++, j++]);
    else if (cell(i + 1, j) >= cell(i, j + 1)) i += 1;
    else j += 1;
  }
  return pairs;
}
