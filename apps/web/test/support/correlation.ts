/** Samples are compared at this fraction of their number while searching; what is found is then looked at closely. */
const coarse = 8;

/** How alike two pieces of equal length are, -1 to 1. */
export function correlation(a: Int16Array, b: Int16Array): number {
  let ab = 0;
  let aa = 0;
  let bb = 0;
  for (let i = 0; i < a.length; i++) {
    const x = a[i] ?? 0;
    const y = b[i] ?? 0;
    ab += x * y;
    aa += x * x;
    bb += y * y;
  }
  return ab / Math.sqrt(aa * bb || 1);
}

/** Where in `whole`, of the places from `from` to `to`, the piece is most alike. */
export function locate(piece: Int16Array, whole: Int16Array, from: number, to: number) {
  let best = { at: -1, alike: -1 };
  for (let at = Math.max(0, from); at <= to && at + piece.length <= whole.length; at++) {
    const alike = correlation(piece, whole.subarray(at, at + piece.length));
    if (alike > best.alike) best = { at, alike };
  }
  return best;
}

/** Where in all of `whole` the piece is most alike; for pieces of seconds. */
export function find(piece: Int16Array, whole: Int16Array) {
  const near = locate(thin(piece), thin(whole), 0, whole.length / coarse).at * coarse;
  return locate(piece, whole, near - 2 * coarse, near + 2 * coarse);
}

const thin = (samples: Int16Array) =>
  Int16Array.from({ length: Math.floor(samples.length / coarse) }, (_, index) => {
    const piece = samples.subarray(index * coarse, (index + 1) * coarse);
    return piece.reduce((sum, sample) => sum + sample, 0) / coarse;
  });
