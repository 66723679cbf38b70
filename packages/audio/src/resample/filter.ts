import { halfWidth, lowPass } from './low-pass.ts';

/** The low-pass filter of one reduced rate pair, at `rows` positions between two input samples. Shared and never changed. */
export interface Filter {
  /** Output samples per `down` input samples. */
  readonly up: number;
  readonly down: number;
  /** Taps for one output sample; a multiple of 4, the last ones possibly 0. */
  readonly taps: number;
  /** Input samples needed on either side of an output sample. */
  readonly reach: number;
  /** Positions between two input samples: `up`, or fewer where outputs lie between two rows. */
  readonly rows: number;
  /** Row after row; `rows` + 1 rows of `taps`, the last one being the first a sample later. */
  readonly coefficients: Float32Array;
}

/** 144 KiB: room for the exact phases of every usual pair (192 to 44.1 kHz takes 33,744, 11.025 to 48 kHz 33,332). */
export const maxCoefficients = 36_864;

/** Linear interpolation between rows errs by (2 pi 0.5 / rows)^2 / 8: -106 dB at 512 rows per sample of the lower rate. */
const interpolatedRows = 512;

function designFilter(up: number, down: number): Filter {
  // A downsampling filter stretches over proportionally more input samples.
  const stretch = Math.max(1, down / up);
  const reach = Math.ceil(halfWidth * stretch);
  const taps = Math.ceil((2 * reach) / 4) * 4;
  const exact = (up + 1) * taps <= maxCoefficients;
  const rows = exact ? up : Math.ceil(interpolatedRows / stretch);
  const coefficients = new Float32Array((rows + 1) * taps);
  const weights = new Float64Array(2 * reach);
  for (let row = 0; row <= rows; row++) {
    let sum = 0;
    for (let tap = 0; tap < weights.length; tap++) {
      weights[tap] = lowPass((tap - (reach - 1) - row / rows) / stretch);
      sum += weights[tap];
    }
    // Each row passes a constant unchanged; otherwise a constant would come out as a tone at the rate of the rows.
    for (let tap = 0; tap < weights.length; tap++) coefficients[row * taps + tap] = weights[tap] / sum;
  }
  return { up, down, taps, reach, rows, coefficients };
}

/** At most 16 filters are kept, 2.3 MiB in all; the one asked for longest ago goes first. Streams keep their own reference. */
export const maxFilters = 16;
const filters = new Map<string, Filter>();

/** The filter for `up` output samples per `down` input samples; the two have no common divisor. */
export function filterFor(up: number, down: number): Filter {
  const key = `${up}/${down}`;
  const filter = filters.get(key) ?? designFilter(up, down);
  filters.delete(key);
  filters.set(key, filter);
  for (const oldest of filters.keys()) {
    if (filters.size <= maxFilters) break;
    filters.delete(oldest);
  }
  return filter;
}
