/** Letters that are wrong, too many or missing in a name that was meant to be another. */
const mostMistakes = 2;

/** Whether somebody may have written `given` for `meant`. */
export function resembles(meant: string, given: string): boolean {
  if (Math.abs(meant.length - given.length) > mostMistakes) return false;
  // Levenshtein's distance, a row at a time.
  let row = Array.from({ length: given.length + 1 }, (_, at) => at);
  for (const [line, letter] of meant.split('').entries()) {
    const next = [line + 1];
    for (const [at, other] of given.split('').entries()) {
      const replaced = (row[at] ?? 0) + (letter === other ? 0 : 1);
      next.push(Math.min(replaced, (row[at + 1] ?? 0) + 1, (next[at] ?? 0) + 1));
    }
    row = next;
  }
  return (row.at(-1) ?? 0) <= mostMistakes;
}
