/** Beyond any headroom (96 dB over full scale): such a float was never a sample, and its square would still be finite. */
export const loudest = 65_536;

/** A float sample, or 0 where it is not a number, infinite or absurd. */
export const audible = (sample: number): number => (sample >= -loudest && sample <= loudest ? sample : 0);

/** Added to a double of less than 2^51 in size it leaves no room for a fraction: IEEE 754 rounds that to even. */
const wholeOnly = 1.5 * 2 ** 52;

/** The nearest 16-bit value, clipped; halves go to the even neighbour. `value` is in steps of 16 bits. */
export const clip16 = (value: number): number =>
  value >= 32_767 ? 32_767 : value <= -32_768 ? -32_768 : value + wholeOnly - wholeOnly;

/** Floats (full scale at 1) as 16-bit samples. */
export function toInt16(samples: Float32Array): Int16Array {
  const converted = new Int16Array(samples.length);
  for (let i = 0; i < samples.length; i++) converted[i] = clip16(audible(samples[i]) * 32_768);
  return converted;
}

const nothing = new Int16Array(0);

/** The parts as one array; a single part is returned as it is. */
export function joinSamples(parts: readonly Int16Array[]): Int16Array {
  if (parts.length === 1) return parts[0];
  let length = 0;
  for (const part of parts) length += part.length;
  if (length === 0) return nothing;
  const joined = new Int16Array(length);
  let at = 0;
  for (const part of parts) {
    joined.set(part, at);
    at += part.length;
  }
  return joined;
}
