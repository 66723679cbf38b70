/**
 * The low-pass filter of a rate pair, designed by Kaiser's formulas: J. F. Kaiser, "Nonrecursive digital filter design
 * using the I0-sinh window function", IEEE ISCAS 1974; also Oppenheim and Schafer, "Discrete-Time Signal Processing",
 * on the Kaiser window, where the constants 0.1102, 8.7, 7.95 and 2.285 stand.
 *
 * All frequencies are in parts of the lower of the two rates. Flat up to 0.42; stopped from 0.5, so that nothing
 * folds back over the lower rate's Nyquist frequency and no image comes through, not even next to it.
 */
const passband = 0.42;
const stopband = 0.5;
const cutoff = (passband + stopband) / 2;

/** Samples of the lower rate on either side of the centre. */
const halfWidth = 32;

/** What that width attains: 81.5 dB. */
const attenuation = 7.95 + 2.285 * 2 * Math.PI * (stopband - passband) * 2 * halfWidth;
const beta = 0.1102 * (attenuation - 8.7);

/** The modified Bessel function of order 0 by its power series, which converges quickly for arguments below 20. */
function bessel0(x: number): number {
  let sum = 1;
  let term = 1;
  for (let k = 1; term > sum * 1e-12; k++) {
    term *= (x / (2 * k)) ** 2;
    sum += term;
  }
  return sum;
}

/** The impulse response at `t` samples of the lower rate from its centre. */
function response(t: number): number {
  const edge = t / halfWidth;
  if (edge <= -1 || edge >= 1) return 0;
  const window = bessel0(beta * Math.sqrt(1 - edge * edge)) / bessel0(beta);
  const angle = 2 * Math.PI * cutoff * t;
  return window * (angle === 0 ? 1 : Math.sin(angle) / angle);
}

/** The filter of one reduced rate pair, sampled at `rows` positions between two input samples. Shared and never changed. */
export interface Filter {
  /** Taps for one output sample; a multiple of 4, the last ones possibly 0. */
  readonly taps: number;
  /** Input samples needed on either side of an output sample. */
  readonly reach: number;
  /** Positions between two input samples. */
  readonly rows: number;
  /** Row after row; `rows` + 1 rows of `taps`, the last one being the first a sample later. */
  readonly coefficients: Float32Array;
}

/** 256 KiB of coefficients: room for the exact phases of every usual pair (22.05 to 16 kHz takes 29,500). */
const maxCoefficients = 65_536;

/** Linear interpolation between rows errs by (2 pi cutoff / rows)^2 / 8: -108 dB at 512 rows per sample of the lower rate. */
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
      weights[tap] = response((tap - (reach - 1) - row / rows) / stretch);
      sum += weights[tap];
    }
    // Each row passes a constant unchanged; otherwise a constant would come out as a tone at the rate of the rows.
    for (let tap = 0; tap < weights.length; tap++) coefficients[row * taps + tap] = weights[tap] / sum;
  }
  return { taps, reach, rows, coefficients };
}

/** At most 16 filters are kept, 4 MiB in all; the one asked for longest ago goes first. Streams keep their own reference. */
const maxFilters = 16;
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
