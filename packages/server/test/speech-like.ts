import { seeded } from '@live-transcribe/testkit';

/** Harmonics of a voice, in syllables of 200 ms, with a little noise: no words, but any detector of voices takes it for one. */
export function speechLike(ms: number, sampleRate: number): Int16Array {
  const random = seeded(1);
  return Int16Array.from({ length: (ms * sampleRate) / 1000 }, (_, i) => {
    const seconds = i / sampleRate;
    const syllable = Math.max(0, Math.sin(2 * Math.PI * 2.5 * seconds) ** 2);
    let voice = 0;
    for (let harmonic = 1; harmonic <= 12; harmonic++)
      voice += Math.sin(2 * Math.PI * 140 * harmonic * seconds) / harmonic;
    return 5_000 * syllable * voice + (random() - 0.5) * 100;
  });
}
