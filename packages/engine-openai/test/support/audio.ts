import { joinSamples, msToSamples } from '@live-transcribe/audio';

export const rate = 24_000;

/** Loud enough for any turn detection. */
export const speech = (ms: number): Int16Array =>
  Int16Array.from({ length: msToSamples(ms, rate) }, (_, index) =>
    Math.round(8_000 * Math.sin((2 * Math.PI * 300 * index) / rate)),
  );

export const silence = (ms: number): Int16Array => new Int16Array(msToSamples(ms, rate));

/** Samples that say where they stand, so that a recording shows what was lost, doubled or moved. */
export function ruler(from: number, count: number): Int16Array {
  const samples = new Int16Array(count);
  for (let index = 0; index < count; index += 1) samples[index] = ((from + index) % 65_536) - 32_768;
  return samples;
}

export const joined = (...parts: Int16Array[]): Int16Array => joinSamples(parts);

/** In chunks of 100 ms. */
export function* chunks(samples: Int16Array, size = rate / 10): Generator<Int16Array> {
  for (let at = 0; at < samples.length; at += size) yield samples.subarray(at, at + size);
}
