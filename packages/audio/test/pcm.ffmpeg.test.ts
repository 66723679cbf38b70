import { seeded } from '@live-transcribe/testkit';
import { beforeAll, describe, expect, it } from 'vitest';
import { Intake } from '../src/index.ts';
import { ffmpeg, samplesOf, speak } from './ffmpeg.ts';
import { cutAnywhere } from './random.ts';
import { compare, concat } from './signals.ts';

/**
 * What was measured, dB, mono and stereo: the bound is 2 dB below. ffmpeg's filter passes up to 0.97 of the lower Nyquist
 * frequency and ours up to 0.80, so what differs is what speech has in between: most where the lower rate is 8 kHz.
 */
const measured: readonly (readonly [from: number, to: number, mono: number, stereo: number])[] = [
  [8_000, 16_000, 40.5, 35.4],
  [8_000, 24_000, 40.5, 35.4],
  [16_000, 16_000, 200, 200],
  [16_000, 24_000, 40.5, 35.6],
  [22_050, 16_000, 42.1, 37.3],
  [22_050, 24_000, 81.4, 69.3],
  [44_100, 16_000, 42.1, 37.3],
  [44_100, 24_000, 81.0, 70.2],
  [48_000, 16_000, 42.1, 37.2],
  [48_000, 24_000, 84.3, 73.8],
];
const cases = measured.flatMap(([from, to, mono, stereo]): [number, number, number, number][] => [
  [from, 1, to, mono],
  [from, 2, to, stereo],
]);

/** The two channels differ in level and by 3 ms. */
const layouts: Record<number, string> = { 1: 'anull', 2: 'pan=stereo|c0=0.9*c0|c1=0.5*c0,adelay=0|3' };

let speech: Uint8Array;
beforeAll(() => {
  speech = speak('The quick brown fox jumps over the lazy dog, while six brave sailors watch the shining sea.');
});

async function throughIntake(bytes: Uint8Array, rate: number, channels: number, target: number): Promise<Int16Array> {
  const intake = new Intake({ declared: { encoding: 'pcm16', sampleRate: rate, channels }, sampleRate: target });
  const parts: Int16Array[] = [];
  for (const piece of cutAnywhere(seeded(rate + channels), bytes)) parts.push((await intake.push(piece)).slice());
  parts.push(await intake.end());
  return concat(parts);
}

describe('PCM16 of spoken words against ffmpeg', () => {
  it.each(cases)(
    '%i Hz, %i channels to %i Hz: signal to difference %d dB',
    async (rate, channels, target, expected) => {
      const raw = ['-f', 's16le', '-ar', String(rate), '-ac', String(channels)];
      const layout = layouts[channels] ?? 'anull';
      const source = ffmpeg(['-i', 'pipe:0', '-af', `aresample=${rate},${layout}`, ...raw, 'pipe:1'], speech);
      const out = ['-f', 's16le', '-ar', String(target), '-ac', '1', 'pipe:1'];
      const reference = samplesOf(ffmpeg([...raw, '-i', 'pipe:0', ...out], source));
      const ours = await throughIntake(source, rate, channels, target);
      const { lag, correlation, snr } = compare(ours, reference, 4);
      expect(Math.abs(ours.length - reference.length)).toBeLessThanOrEqual(2);
      expect(lag).toBe(0);
      expect(correlation).toBeGreaterThan(0.9997);
      expect(snr).toBeGreaterThan(expected - 2);
    },
  );
});
