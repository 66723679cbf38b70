import { seeded } from '@live-transcribe/testkit';

/** A word: samples [from, to) of a stream. */
export type Span = readonly [from: number, to: number];

export interface SyntheticSpeech {
  readonly samples: Int16Array;
  readonly words: readonly Span[];
}

export interface SyntheticOptions {
  readonly sampleRate: number;
  readonly seed: number;
  readonly words: number;
  /** Seconds, from and to. */
  readonly pauses: readonly [number, number];
  /** Steps of 16 bits, root mean square of white noise. */
  readonly noise?: number;
}

/** Near a normal distribution of variance 1. */
export const normal = (random: () => number): number => (random() + random() + random() + random() - 2) * Math.sqrt(3);

export const noiseOf = (seed: number, length: number, rms: number): Int16Array => {
  const random = seeded(seed);
  return Int16Array.from({ length }, () => Math.round(rms * normal(random)));
};

/** Words with soft edges: a hiss at first, as of a fricative, then harmonics of a voice that rises and falls in syllables. */
export function syntheticSpeech({ sampleRate, seed, words, pauses, noise = 0 }: SyntheticOptions): SyntheticSpeech {
  const random = seeded(seed);
  const samples: number[] = [];
  const spans: Span[] = [];
  const pause = () => {
    const count = (pauses[0] + (pauses[1] - pauses[0]) * random()) * sampleRate;
    for (let i = 0; i < count; i++) samples.push(0);
  };
  for (let word = 0; word < words; word++) {
    pause();
    const from = samples.length;
    pushWord(samples, sampleRate, random);
    spans.push([from, samples.length]);
  }
  pause();
  return { samples: Int16Array.from(samples, (sample) => Math.round(sample + noise * normal(random))), words: spans };
}

function pushWord(samples: number[], sampleRate: number, random: () => number): void {
  const seconds = 0.1 + 0.6 * random();
  const pitch = 90 + 130 * random();
  const hiss = 0.06 * random();
  const loudness = 1_500 + 4_000 * random();
  for (let i = 0; i < seconds * sampleRate; i++) {
    const t = i / sampleRate;
    const edge = Math.min(1, t / 0.02, (seconds - t) / 0.04);
    const syllable = 0.6 + 0.4 * Math.cos(2 * Math.PI * 5 * t);
    let voice = 0;
    for (let k = 1; k <= 20; k++) voice += Math.sin(2 * Math.PI * k * pitch * t + k * k) / (1 + Math.abs(k - 4));
    samples.push(loudness * edge * (t < hiss ? 0.3 * normal(random) : 0.5 * syllable * voice));
  }
}
