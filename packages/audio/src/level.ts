/** Peak and root mean square of a chunk, 0 to 1 of full scale. */
export interface Level {
  readonly peak: number;
  readonly rms: number;
}

/** The level of a chunk; floats are taken as full scale at 1 and clipped there. An empty chunk is silent. */
export function peakAndRms(samples: Int16Array | Float32Array): Level {
  const { length } = samples;
  if (length === 0) return { peak: 0, rms: 0 };
  const fullScale = samples instanceof Int16Array ? 32_768 : 1;
  let peak = 0;
  let sum = 0;
  for (let i = 0; i < length; i++) {
    const value = Math.min(Math.abs(samples[i]) / fullScale, 1);
    if (value > peak) peak = value;
    sum += value * value;
  }
  return { peak, rms: Math.sqrt(sum / length) };
}
