export const sine = (sampleRate: number, frequency: number, samples: number, amplitude = 0.5): Float32Array =>
  Float32Array.from({ length: samples }, (_, i) => amplitude * Math.sin((2 * Math.PI * frequency * i) / sampleRate));

export const bytesOf = (samples: Int16Array | Float32Array): Uint8Array =>
  new Uint8Array(samples.buffer, samples.byteOffset, samples.byteLength);

/** Level in dB of full scale; a sine at full scale has -3 dB. */
export function decibels(samples: Int16Array): number {
  let power = 0;
  for (const sample of samples) power += (sample / 32_768) ** 2;
  return 10 * Math.log10(Math.max(power / samples.length, 1e-30));
}

export function concat(parts: readonly Int16Array[]): Int16Array {
  const whole = new Int16Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

export interface Likeness {
  /** By how many samples `ours` is late. */
  readonly lag: number;
  readonly correlation: number;
  /** The power of the reference over that of the difference, dB; no gain is fitted. */
  readonly snr: number;
}

/** How like the reference our samples are, at the whole-sample lag at which they are most alike. */
export function compare(ours: Int16Array, reference: Int16Array, maxLag = 40): Likeness {
  let best: Likeness = { lag: 0, correlation: -1, snr: -Infinity };
  for (let lag = -maxLag; lag <= maxLag; lag++) {
    const from = Math.max(0, lag);
    const to = Math.min(ours.length, reference.length + lag);
    let both = 0;
    let ourPower = 0;
    let theirPower = 0;
    for (let i = from; i < to; i++) {
      const our = ours[i] ?? 0;
      const their = reference[i - lag] ?? 0;
      both += our * their;
      ourPower += our * our;
      theirPower += their * their;
    }
    const correlation = both / Math.sqrt(ourPower * theirPower);
    const difference = ourPower + theirPower - 2 * both;
    if (correlation > best.correlation) {
      best = { lag, correlation, snr: 10 * Math.log10(theirPower / Math.max(difference, 1e-9)) };
    }
  }
  return best;
}
