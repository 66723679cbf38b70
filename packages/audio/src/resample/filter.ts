import { halfWidth, lowPass } from './low-pass.ts';

/** The low-pass filter of one reduced rate pair, at `rows` positions between two input samples. Shared and never changed. */
export interface Filter {
  /** Output samples per `down` input samples. */
  readonly up: number;
  readonly down: number;
  /** Input samples needed on either side of an output sample. */
  readonly reach: number;
  /** Taps for one output sample: twice `reach`, and zeros to a multiple of 4. */
  readonly taps: number;
  /** Positions between two input samples: `up`, or fewer where outputs lie between two rows. */
  readonly rows: number;
  /** What a coefficient of 1 is written as: a power of two. */
  readonly unit: number;
  /** Whole numbers, row after row; `rows` + 1 rows of `taps`, the last one being the first a sample later. */
  readonly coefficients: Float32Array;
}

/** 144 KiB: room for the exact phases of every usual pair (192 to 44.1 kHz takes 33,744, 11.025 to 48 kHz 33,332). */
export const maxCoefficients = 36_864;

/** `up` and `down` of a filter whose phases all have a row of their own are less. */
export const maxPeriod = Math.ceil(maxCoefficients / (2 * halfWidth));

/** Linear interpolation between rows errs by (2 pi 0.5 / rows)^2 / 8: -106 dB at 512 rows per sample of the lower rate. */
const interpolatedRows = 512;

/**
 * Bits after the point of a coefficient: what is rounded off adds up to -96 dB, well below the stopband. The more taps share
 * the whole, the smaller each of them is; 3 bits more are enough for the most there are.
 */
const fractionBits = 17;
const mostFractionBits = 20;

function designFilter(up: number, down: number): Filter {
  // A downsampling filter stretches over proportionally more input samples.
  const stretch = Math.max(1, down / up);
  const reach = Math.ceil(halfWidth * stretch);
  const taps = Math.ceil((2 * reach) / 4) * 4;
  const exact = (up + 1) * taps <= maxCoefficients;
  const rows = exact ? up : Math.ceil(interpolatedRows / stretch);
  const unit = 2 ** Math.min(mostFractionBits, fractionBits + Math.ceil(Math.log2(stretch)));
  const coefficients = new Float32Array((rows + 1) * taps);
  const weights = new Float64Array(2 * reach);
  for (let row = 0; row <= rows; row++) {
    let sum = 0;
    for (let tap = 0; tap < weights.length; tap++) {
      weights[tap] = lowPass((tap - (reach - 1) - row / rows) / stretch);
      sum += weights[tap];
    }
    // Each row passes a constant unchanged; otherwise a constant would come out as a tone at the rate of the rows.
    let rest = unit;
    for (let tap = 0; tap < weights.length; tap++) {
      const rounded = Math.round((weights[tap] / sum) * unit);
      coefficients[row * taps + tap] = rounded;
      rest -= rounded;
    }
    coefficients[row * taps + reach - 1] += rest;
  }
  return { up, down, reach, taps, rows, unit, coefficients };
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
