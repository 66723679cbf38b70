import { seeded } from '@live-transcribe/testkit';
import { describe, expect, it } from 'vitest';
import { SpeechDetector, type SpeechDetectorOptions, type SpeechEdge } from '../src/index.ts';
import { noiseOf, type Span, syntheticSpeech } from './synthetic-speech.ts';

const rate = 24_000;
const seconds = (count: number): number => count * rate;

/** Pushes all of it in pieces of at most `most` samples, or in one, and checks what holds after every push. */
function edgesOf(samples: Int16Array, options: SpeechDetectorOptions, cut?: () => number): SpeechEdge[] {
  const detector = new SpeechDetector(options);
  const edges: SpeechEdge[] = [];
  let quietThrough = 0;
  for (let at = 0; at < samples.length; ) {
    const end = cut ? at + cut() : samples.length;
    for (const edge of detector.push(samples.subarray(at, end))) {
      expect(edge.kind).toBe(edges.at(-1)?.kind === 'started' ? 'ended' : 'started');
      expect(edge.at).toBeGreaterThanOrEqual(edges.at(-1)?.at ?? 0);
      // What was called quiet before must stay so.
      if (edge.kind === 'started') expect(edge.at).toBeGreaterThanOrEqual(quietThrough);
      edges.push(edge);
    }
    at = end;
    expect(detector.speaking).toBe(edges.at(-1)?.kind === 'started');
    expect(detector.quietThrough).toBeGreaterThanOrEqual(quietThrough);
    expect(detector.quietThrough).toBeLessThanOrEqual(at);
    quietThrough = detector.quietThrough;
  }
  return edges;
}

const spansOf = (edges: readonly SpeechEdge[]): Span[] =>
  edges.flatMap((edge, i): Span[] => (edge.kind === 'started' ? [[edge.at, edges[i + 1]?.at ?? Infinity]] : []));

const lostWords = (words: readonly Span[], spans: readonly Span[]): Span[] =>
  words.filter(([from, to]) => !spans.some(([start, end]) => start <= from && to <= end));

const joined = (...parts: readonly Int16Array[]): Int16Array => Int16Array.from(parts.flatMap((part) => [...part]));

describe('the speech detector', { timeout: 60_000 }, () => {
  it.each([8_000, 11_025, 16_000, 24_000, 44_100, 48_000])(
    'at %i Hz finds the same however it is cut',
    async (sampleRate) => {
      for (const noise of [0, 200]) {
        const { samples } = syntheticSpeech({ sampleRate, seed: sampleRate, words: 6, pauses: [0.2, 1.2], noise });
        const options = { sampleRate, maxUtteranceMs: 2_000 };
        const whole = edgesOf(samples, options);
        expect(whole.length).toBeGreaterThan(4);
        for (const seed of [1, 2]) {
          const random = seeded(seed);
          expect(edgesOf(samples, options, () => Math.floor(random() ** 4 * 3_000))).toEqual(whole);
        }
        expect(edgesOf(samples, options, () => sampleRate / 50)).toEqual(whole);
      }
    },
  );

  it('takes single samples and empty arrays', async () => {
    const { samples } = syntheticSpeech({ sampleRate: 8_000, seed: 4, words: 1, pauses: [0.6, 0.7] });
    const whole = edgesOf(samples, { sampleRate: 8_000 });
    let turn = 0;
    expect(edgesOf(samples, { sampleRate: 8_000 }, () => turn++ % 2)).toEqual(whole);
  });

  it.each([
    ['in silence', 0],
    ['in quiet noise', 20],
    ['in noise', 120],
  ])('loses no word %s, and tells them from pauses', async (_, noise) => {
    let outside = 0;
    let length = 0;
    for (let seed = 1; seed <= 30; seed++) {
      const { samples, words } = syntheticSpeech({ sampleRate: rate, seed, words: 5, pauses: [0.3, 3], noise });
      const spans = spansOf(edgesOf(samples, { sampleRate: rate }));
      expect(lostWords(words, spans), `seed ${seed}`).toEqual([]);
      length += samples.length;
      outside += samples.length - spans.reduce((sum, [from, to]) => sum + Math.min(to, samples.length) - from, 0);
    }
    // A third is speech, and of each pause of 1.65 s on average 0.5 s are padding.
    expect(outside / length).toBeGreaterThan(0.3);
  });

  it('hears the word in the middle of which a stream begins', async () => {
    for (let seed = 1; seed <= 10; seed++) {
      const { samples, words } = syntheticSpeech({ sampleRate: rate, seed, words: 1, pauses: [3, 3], noise: 100 });
      const [from, to] = words[0] ?? [0, 0];
      const middle = Math.floor((from + to) / 2);
      const spans = spansOf(edgesOf(samples.subarray(middle), { sampleRate: rate }));
      expect(lostWords([[0, to - middle]], spans), `seed ${seed}`).toEqual([]);
    }
  });

  it('begins an utterance before its first sound, by the prefix', async () => {
    const { samples, words } = syntheticSpeech({ sampleRate: rate, seed: 3, words: 1, pauses: [2, 2] });
    const at = words[0]?.[0] ?? 0;
    for (const prefixMs of [0, 300, 800]) {
      const [started] = edgesOf(samples, { sampleRate: rate, prefixMs });
      const early = at - (started?.at ?? 0);
      // The first frame that is loud enough may be one or two late, and begins up to 10 ms early.
      expect(early).toBeGreaterThan(seconds(prefixMs / 1000 - 0.03));
      expect(early).toBeLessThan(seconds(prefixMs / 1000 + 0.011));
    }
  });

  it('ends an utterance after the silence asked for, and not before', async () => {
    const gap = (length: number) => new Int16Array(seconds(length));
    const { samples, words } = syntheticSpeech({ sampleRate: rate, seed: 3, words: 1, pauses: [1, 1] });
    const word = samples.subarray(...(words[0] ?? [0, 0]));
    const audio = joined(gap(1), word, gap(0.6), word, gap(2));
    expect(edgesOf(audio, { sampleRate: rate, silenceMs: 400 })).toHaveLength(4);
    expect(edgesOf(audio, { sampleRate: rate, silenceMs: 800 })).toHaveLength(2);
  });

  const hum = Int16Array.from({ length: seconds(12) }, (_, i) => 4_000 * Math.sin((2 * Math.PI * 50 * i) / rate));
  it.each([
    ['white noise', noiseOf(1, seconds(12), 2_000)],
    ['hum', hum],
    ['hum and noise', noiseOf(2, seconds(12), 300).map((sample, i) => sample + (hum[i] ?? 0))],
    ['a fan that is switched on', joined(noiseOf(1, seconds(3), 20), noiseOf(1, seconds(9), 1_000))],
  ])('takes %s for quiet once it knows it', async (_, noise) => {
    const detector = new SpeechDetector({ sampleRate: rate });
    detector.push(noise.subarray(0, seconds(7)));
    expect(detector.speaking).toBe(false);
    expect(detector.push(noise.subarray(seconds(7)))).toEqual([]);
    expect(detector.quietThrough).toBeGreaterThan(noise.length - seconds(0.5));
  });

  it.each([
    ['digital silence', new Int16Array(seconds(4))],
    ['dither', noiseOf(3, seconds(4), 1)],
    ['a constant', new Int16Array(seconds(4)).fill(-12_000)],
    ['constants of full scale', new Int16Array(seconds(4)).fill(32_767)],
    ['a click', new Int16Array(seconds(4)).fill(20_000, seconds(2), seconds(2) + 40)],
  ])('has nothing to say about %s', async (_, samples) => {
    expect(edgesOf(samples, { sampleRate: rate })).toEqual([]);
  });

  it('finds the same words over a constant, and when they are clipped', async () => {
    const { samples, words } = syntheticSpeech({ sampleRate: rate, seed: 8, words: 4, pauses: [0.8, 1.5], noise: 10 });
    const clip = (value: number) => Math.max(-32_768, Math.min(32_767, value));
    for (const audio of [samples.map((each) => clip(each + 9_000)), samples.map((each) => clip(each * 30))]) {
      const spans = spansOf(edgesOf(audio, { sampleRate: rate }));
      expect(lostWords(words, spans)).toEqual([]);
      expect(spans.length).toBe(4);
    }
  });

  it('never throws, whatever the samples', async () => {
    const random = seeded(5);
    const wild = Int16Array.from(
      { length: seconds(5) },
      (_, i) => (random() < 0.5 ? -32_768 : 32_767) * ((i >> 14) & 1),
    );
    const edges = edgesOf(wild, { sampleRate: rate });
    expect(edges.length).toBeGreaterThan(0);
  });

  it('cuts speech that does not stop between words, and nothing is between the parts', async () => {
    for (const noise of [0, 50]) {
      const { samples, words } = syntheticSpeech({ sampleRate: rate, seed: 6, words: 60, pauses: [0.15, 0.19], noise });
      const spans = spansOf(edgesOf(samples, { sampleRate: rate, maxUtteranceMs: 5_000 }));
      expect(spans.length).toBeGreaterThan(5);
      for (const [i, [from, to]] of spans.slice(0, -1).entries()) {
        expect(to - from).toBeLessThanOrEqual(seconds(5));
        expect(spans[i + 1]?.[0]).toBe(to);
      }
      expect(lostWords(words, spans)).toEqual([]);
    }
  });

  it('gives up sooner on a long utterance, at a pause that would not end a short one', async () => {
    const { samples } = syntheticSpeech({ sampleRate: rate, seed: 7, words: 60, pauses: [0.35, 0.4] });
    const spans = spansOf(edgesOf(samples, { sampleRate: rate, maxUtteranceMs: 6_000, prefixMs: 0 }));
    expect(spans.length).toBeGreaterThan(5);
    // Cut afterwards, they would touch.
    for (const [i, [, to]] of spans.slice(0, -1).entries()) expect(spans[i + 1]?.[0]).toBeGreaterThan(to);
  });

  it('hears each stream alone, however many take turns', async () => {
    const streams = [1, 2, 3].map((seed) =>
      syntheticSpeech({ sampleRate: rate, seed, words: 3, pauses: [0.6, 1.5], noise: 40 * seed }).samples.subarray(
        0,
        seconds(4),
      ),
    );
    const alone = streams.map((samples) => edgesOf(samples, { sampleRate: rate }));
    const detectors = streams.map(() => new SpeechDetector({ sampleRate: rate }));
    const together: SpeechEdge[][] = streams.map(() => []);
    for (let at = 0; at < seconds(4); at += 480) {
      for (const [i, detector] of detectors.entries()) {
        together[i]?.push(...detector.push(streams[i]?.subarray(at, at + 480) ?? new Int16Array(0)));
      }
    }
    expect(together).toEqual(alone);
  });

  it.each([
    [{ sampleRate: 7_999 }, 'sampleRate is 7999; expected a whole number of Hz from 8000 to 48000.'],
    [{ sampleRate: Number.NaN }, 'sampleRate is NaN'],
    [{ sampleRate: rate, silenceMs: 100 }, 'silenceMs is 100'],
    [{ sampleRate: rate, minSpeechMs: 160 }, 'minSpeechMs is 160'],
    [{ sampleRate: rate, prefixMs: -1 }, 'prefixMs is -1'],
    [{ sampleRate: rate, maxUtteranceMs: 1_000 }, 'maxUtteranceMs is 1000'],
  ])('refuses %j', (options, message) => {
    expect(() => new SpeechDetector(options)).toThrow(message);
  });
});
