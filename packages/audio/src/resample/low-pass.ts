/**
 * The low-pass filter that all rate pairs share, by Kaiser's formulas: J. F. Kaiser, "Nonrecursive digital filter design
 * using the I0-sinh window function", IEEE ISCAS 1974; also Oppenheim and Schafer, "Discrete-Time Signal Processing", on the
 * Kaiser window, where the constants 0.1102, 8.7, 7.95 and 2.285 stand.
 *
 * All frequencies are in parts of the lower of the two rates. Stopped from 0.5, so that nothing folds back over the lower
 * rate's Nyquist frequency and no image comes through, not even next to it.
 */
const stopband = 0.5;

/** dB; 80 are promised. */
const attenuation = 82;

/**
 * Samples of the lower rate on either side of the centre. Flat within 0.001 dB up to 0.40, where the formulas put the end of
 * the passband; 0.31 dB are lost at 0.42, of the 0.5 that are promised. With 25 it would be 0.48 dB.
 */
export const halfWidth = 26;

const transition = (attenuation - 7.95) / (2.285 * 2 * Math.PI * 2 * halfWidth);
const cutoff = stopband - transition / 2;
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

/** The impulse response at `t` samples of the lower rate from its centre, up to a factor. */
export function lowPass(t: number): number {
  const edge = t / halfWidth;
  if (edge <= -1 || edge >= 1) return 0;
  const angle = 2 * Math.PI * cutoff * t;
  return bessel0(beta * Math.sqrt(1 - edge * edge)) * (angle === 0 ? 1 : Math.sin(angle) / angle);
}
