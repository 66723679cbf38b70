import { joinSamples } from '@live-transcribe/audio';
import { recognise, speak, wordErrorRate } from '@live-transcribe/testkit';
import { afterEach, expect, it } from 'vitest';
import { createEngine, describeWithSherpa, finals, options, tiny, utterances } from './sherpa.ts';

const perMs = 16;
const phrases = ['hello stop left right', 'nine zero five two', 'yes four eight no'];
const silenceMs = 2_500;

describeWithSherpa('what a streaming Paraformer recognises, which tells no times', () => {
  const ending = new AbortController();
  const create = () => createEngine({ model: tiny('tiny-paraformer') });
  let engine = create();
  afterEach(async () => {
    await engine.close();
    engine = create();
  });
  const hear = async (samples: Int16Array, size?: number) =>
    recognise(await engine.open(options, ending.signal), samples, size);

  /** The phrases between silence, and where each begins and ends, in ms. */
  async function spoken(voice: 'slt' | 'rms') {
    const parts = await Promise.all(phrases.map((text) => speak(text, { voice, leadMs: silenceMs })));
    let at = 0;
    const places = parts.map((part) => {
      const from = at + part.findIndex((sample) => Math.abs(sample) > 300);
      at += part.length;
      return { from: from / perMs, until: at / perMs };
    });
    return { samples: joinSamples([...parts, new Int16Array(silenceMs * perMs)]), places };
  }

  it.each(['slt', 'rms'] as const)(
    'has hardly a word wrong, and each phrase where it was spoken, by the voice %s',
    async (voice) => {
      const { samples, places } = await spoken(voice);
      const heard = utterances(await hear(samples));
      expect(heard).toHaveLength(phrases.length);
      const text = heard.map((one) => one.text).join(' ');
      expect(wordErrorRate(phrases.join(' '), text).rate, text).toBeLessThanOrEqual(0.1);
      for (const [index, { start, end }] of heard.entries()) {
        const { from, until } = places[index] ?? { from: 0, until: 0 };
        // By steps of 600 ms, and a word is known some time after it begins.
        expect(start, `the beginning at ${from}`).toBeGreaterThan(from - 1_100);
        expect(start, `the beginning at ${from}`).toBeLessThanOrEqual(from);
        expect(end, `the end at ${until}`).toBeGreaterThan(until - 700);
        expect(end, `the end at ${until}`).toBeLessThan(until + 1_300);
      }
    },
  );

  it('is the same however the audio is cut', async () => {
    const { samples } = await spoken('slt');
    const once = await hear(samples, samples.length);
    for (const size of [123, 1_600]) {
      const heard = await hear(samples, size);
      expect(finals(heard)).toEqual(finals(once));
      expect(utterances(heard).map(({ start, end }) => [start, end])).toEqual(
        utterances(once).map(({ start, end }) => [start, end]),
      );
    }
  });

  it('is settled behind each utterance, so that a replay is short', async () => {
    const { samples, places } = await spoken('slt');
    const events = await hear(samples);
    const finalsAt = events.flatMap((event, at) => (event.kind === 'utterance' ? [at] : []));
    for (const [index, { from }] of places.slice(1).entries()) {
      const before = events.slice(0, finalsAt[index + 1]);
      const settled = Math.max(...before.flatMap((event) => (event.kind === 'settled' ? [event.through] : [])));
      expect(settled).toBeGreaterThan((places[index]?.until ?? 0) - 700);
      expect(settled).toBeLessThanOrEqual(from);
    }
  });
});
