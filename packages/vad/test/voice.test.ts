import { describe, expect, it } from 'vitest';
import { Voice } from '../src/voice.ts';
import { noiseOf, syntheticSpeech } from './synthetic-speech.ts';

const frames = (samples: Int16Array): Int16Array[] =>
  Array.from({ length: Math.floor(samples.length / 80) }, (_, i) => samples.subarray(i * 80, i * 80 + 80));

const speech = frames(syntheticSpeech({ sampleRate: 8_000, seed: 1, words: 5, pauses: [0.3, 0.5], noise: 20 }).samples);
const hiss = frames(noiseOf(1, 80 * speech.length, 3_000));

describe('the voice detector', () => {
  it('hears voices, and nothing in silence', async () => {
    const voice = await Voice.open();
    expect(speech.filter((frame) => voice.hears(frame)).length).toBeGreaterThan(50);
    voice.free();
    const other = await Voice.open();
    expect(frames(new Int16Array(8_000)).some((frame) => other.hears(frame))).toBe(false);
    other.free();
  });

  it('keeps two apart, even when another one was freed twice in between', async () => {
    const alone = await Voice.open();
    const expected = speech.map((frame) => alone.hears(frame));
    alone.free();
    const first = await Voice.open();
    alone.free();
    const second = await Voice.open();
    const heard = speech.map((frame, i) => {
      second.hears(hiss[i] ?? frame);
      return first.hears(frame);
    });
    expect(heard).toEqual(expected);
    first.free();
    second.free();
    expect(alone.hears(speech[0] ?? new Int16Array(80))).toBe(false);
  });
});
