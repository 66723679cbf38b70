const firstMs = 250;
const longestMs = 15_000;

/** How long to wait after the n-th failure in a row, counted from 0; `jitter` from 0 to 1 spreads those who wait. */
export const backoffMs = (failures: number, jitter: number): number =>
  Math.min(firstMs * 2 ** Math.min(failures, 10), longestMs) * (0.5 + jitter / 2);
