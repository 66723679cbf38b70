import { collect, recognise, speak, wordErrorRate } from '@live-transcribe/testkit';
import { afterEach, describe, expect, it } from 'vitest';
import type { Decoding } from '../src/index.ts';
import { calledDirectly } from './called-directly.ts';
import {
  createEngine,
  describeWithSherpa,
  finals,
  options,
  phrases,
  spoken,
  type TinyModel,
  tiny,
  utterances,
} from './sherpa.ts';

const ms = 16;

describeWithSherpa('what sherpa recognises', () => {
  describe.each([
    ['tiny-streaming', 'greedy_search'],
    ['tiny-transducer', 'greedy_search'],
    ['tiny-transducer', 'modified_beam_search'],
    ['tiny-nemo', 'greedy_search'],
  ] as const)('with the model %s, by %s', recognises);
});

function recognises(name: TinyModel, decoding: Decoding) {
  const ending = new AbortController();
  const create = () => createEngine({ model: tiny(name), decoding });
  let engine = create();
  afterEach(async () => {
    await engine.close();
    engine = create();
  });
  const open = () => engine.open(options, ending.signal);

  it.each(['slt', 'rms', 'awb'] as const)(
    'has hardly a word wrong of what its model knows, by the voice %s',
    async (voice) => {
      const heard = finals(await recognise(await open(), await spoken(phrases, voice)));
      const { rate } = wordErrorRate(phrases.join(' '), heard.join(' '));
      expect(rate, heard.join(' | ')).toBeLessThanOrEqual(0.1);
    },
  );

  it('is what the library says when it is called directly, however the audio is cut', async () => {
    const samples = await spoken();
    const direct = (await calledDirectly(name, decoding, samples)).map(({ text }) => text);
    expect(direct).toHaveLength(phrases.length);
    for (const size of [123, 1_600, 3_200, samples.length]) {
      expect(finals(await recognise(await open(), samples, size)), `pieces of ${size}`).toEqual(direct);
    }
  });

  it('comes as growing hypotheses first, in the order of time', async () => {
    const events = await recognise(await open(), await spoken(phrases.slice(0, 1)));
    const hypotheses = events.filter((event) => event.kind === 'hypothesis');
    expect(hypotheses.length).toBeGreaterThanOrEqual(2);
    expect(hypotheses.map(({ end }) => end)).toEqual(hypotheses.map(({ end }) => end).toSorted((a, b) => a - b));
    expect(hypotheses[0]?.text.length).toBeLessThan(hypotheses.at(-1)?.text.length ?? 0);
  });

  it('has words at the times they were spoken, after silence, utterances and a commit', async () => {
    const word = await speak('seven');
    const from = word.findIndex((sample) => Math.abs(sample) > 300);
    const places = [800, 4_300, 9_100].map((at) => at * ms);
    const samples = new Int16Array(12_000 * ms);
    for (const at of places) samples.set(word, at);
    const session = await open();
    const events = collect(session);
    await session.write(samples.subarray(0, 6_500 * ms));
    await session.commit();
    await session.write(samples.subarray(6_500 * ms));
    await session.finish();
    const starts = utterances(await events).map(({ words = [] }) => words[0]?.start ?? 0);
    expect(starts).toHaveLength(places.length);
    for (const [index, at] of places.entries()) {
      expect(Math.abs((starts[index] ?? 0) - (at + from) / ms), `the word at ${at / ms} ms`).toBeLessThanOrEqual(200);
    }
  });

  it('has words that make up the text, in order, and none unless asked for', async () => {
    const samples = await spoken();
    for (const { text, start, end, words = [] } of utterances(await recognise(await open(), samples))) {
      expect(words.map((word) => word.text).join(' ')).toBe(text);
      const times = words.flatMap((word) => [word.start, word.end]);
      expect([start, ...times, end]).toEqual([start, ...times, end].toSorted((a, b) => a - b));
    }
    const without = await engine.open({ ...options, words: false }, ending.signal);
    expect(utterances(await recognise(without, samples))[0]).not.toHaveProperty('words');
  });

  it('settles silence, so that a replay is short, but nothing that may still become a word', async () => {
    const lead = 6_000;
    const seen = await recognise(await open(), await speak('three seven', { leadMs: lead, trailMs: 3_000 }));
    const first = seen.findIndex((event) => event.kind === 'utterance');
    const settled = seen.slice(0, first).flatMap((event) => (event.kind === 'settled' ? [event.through] : []));
    expect(Math.max(...settled)).toBeGreaterThan(lead - 4_000);
    expect(Math.max(...settled)).toBeLessThanOrEqual(utterances(seen)[0]?.start ?? 0);
  });

  it('loses no word to a commit that comes as the word begins', async () => {
    const speech = await speak('seven', { leadMs: 1_000, trailMs: 1_000 });
    const onset = speech.findIndex((sample) => Math.abs(sample) > 300);
    const session = await open();
    const events = collect(session);
    await session.write(speech.subarray(0, onset + 60 * ms));
    await session.commit();
    await session.write(speech.subarray(onset + 60 * ms));
    await session.finish();
    expect(finals(await events)).toEqual(['seven']);
  });
}
