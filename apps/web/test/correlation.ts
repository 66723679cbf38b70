/** Samples are compared at this fraction of their number while searching; what is found is then looked at closely. */
const coarse = 8;

export interface Match {
  /** Where in `recording` the first sample of `wanted` is. */
  readonly at: number;
  /** Pearson's, of all of `wanted`. */
  readonly correlation: number;
}

/** Where `wanted` is in `recording`, and how alike they are there, whatever their loudness. */
export function bestMatch(wanted: Int16Array, recording: Int16Array): Match {
  const thin = (samples: Int16Array) =>
    Float64Array.from({ length: Math.floor(samples.length / coarse) }, (_, index) =>
      mean(samples, index * coarse, coarse),
    );
  const near = search(thin(wanted), thin(recording), 0, Math.floor(recording.length / coarse));
  return search(wanted, recording, near.at * coarse - 2 * coarse, near.at * coarse + 2 * coarse);
}

type Samples = Int16Array | Float64Array;

function search(wanted: Samples, recording: Samples, from: number, to: number): Match {
  let best: Match = { at: 0, correlation: -1 };
  for (let at = Math.max(0, from); at <= to; at += 1) {
    const found = correlationAt(wanted, recording, at);
    if (found > best.correlation) best = { at, correlation: found };
  }
  return best;
}

/** What the recording lacks at its end counts as silence. */
function correlationAt(wanted: Samples, recording: Samples, at: number): number {
  let product = 0;
  let wantedPower = 0;
  let recordedPower = 0;
  for (let index = 0; index < wanted.length; index += 1) {
    const x = wanted[index] ?? 0;
    const y = recording[at + index] ?? 0;
    product += x * y;
    wantedPower += x * x;
    recordedPower += y * y;
  }
  return product / Math.sqrt(wantedPower * recordedPower || 1);
}

function mean(samples: Int16Array, from: number, count: number): number {
  let sum = 0;
  for (let index = from; index < from + count; index += 1) sum += samples[index] ?? 0;
  return sum / count;
}
