import type { EngineEvent } from '@live-transcribe/core';

/** Hz, of all audio that comes; the library brings it to the model's own rate. */
export const sampleRate = 16_000;

export type Tell = (event: EngineEvent) => void;

/** Cuts one stream of audio into utterances. What takes long answers a promise; calls do not overlap. */
export interface Utterances {
  hear(samples: Int16Array): Promise<void> | undefined;
  commit(): Promise<void> | undefined;
  clear(): void;
  finish(): Promise<void> | undefined;
}

export interface UtterancesOptions {
  /** ISO 639-1; absent: the model decides. */
  readonly language?: string;
  readonly words: boolean;
  /** Words that are likely to be said; only where the model can have them. */
  readonly hotwords?: readonly string[];
  /** Silence behind the last sample, in ms, so that the model's last window is full. */
  readonly tailMs: number;
  /** What a streaming model decodes at a time, in ms; where its results do not say when they were said. */
  readonly stepMs?: number;
  /** How much later than its sound a token's time is, in ms. */
  readonly tokenDelayMs: number;
}

/** From -1 to 1, as the library wants them: the one conversion. `into`, where it is given, has room for them. */
export function toFloats(samples: Int16Array, into = new Float32Array(samples.length)): Float32Array {
  const floats = into.subarray(0, samples.length);
  for (let at = 0; at < samples.length; at += 1) floats[at] = (samples[at] ?? 0) / 32_768;
  return floats;
}
