import { collect, recognise, speak, wordErrorRate } from '@live-transcribe/testkit';
import { afterEach, describe, expect, it } from 'vitest';
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

describeWithSherpa('what an offline model recognises, in two passes', () => {
  describe.each(['tiny-offline', 'tiny-offline-transducer', 'tiny-offline-nemo'] as const)(
    'with the model %s',
    recognises,
  );
});

function recognises(name: TinyModel) {
  const ending = new AbortController();
  const create = () => createEngine({ model: tiny(name) });
  let engine = create();
  afterEach(async () => {
    await engine.close();
    engine = create();
  });
  const open = () => engine.open(options, ending.signal);

  it.each(['slt', 'rms'] as const)('has hardly a word wrong of what it knows, by the voice %s', async (voice) => {
    const heard = finals(await recognise(await open(), await spoken(phrases, voice)));
    const { rate } = wordErrorRate(phrases.join(' '), heard.join(' '));
    expect(rate, heard.join(' | ')).toBeLessThanOrEqual(0.1);
    expect(heard).toHaveLength(phrases.length);
  });

  it('has the same finals however the audio is cut', async () => {
    const samples = await spoken(phrases.slice(0, 3));
    const once = finals(await recognise(await open(), samples, samples.length));
    for (const size of [123, 1_600]) expect(finals(await recognise(await open(), samples, size))).toEqual(once);
  });

  it('has partials that grow while somebody speaks', async () => {
    const events = await recognise(await open(), await spoken(phrases.slice(0, 1)));
    const hypotheses = events.filter((event) => event.kind === 'hypothesis');
    expect(hypotheses.length).toBeGreaterThanOrEqual(2);
    expect(hypotheses[0]?.text.length).toBeLessThan(hypotheses.at(-1)?.text.length ?? 0);
  });

  it('has words at the times they were spoken', async () => {
    const word = await speak('seven');
    const from = word.findIndex((sample) => Math.abs(sample) > 300);
    const places = [1_500, 4_300].map((at) => at * ms);
    const samples = new Int16Array(7_000 * ms);
    for (const at of places) samples.set(word, at);
    const starts = utterances(await recognise(await open(), samples)).map(({ words = [] }) => words[0]?.start ?? 0);
    expect(starts).toHaveLength(places.length);
    for (const [index, at] of places.entries())
      expect(Math.abs((starts[index] ?? 0) - (at + from) / ms), `the word at ${at / ms} ms`).toBeLessThanOrEqual(250);
  });

  it('is ended by a commit, and goes on with what follows', async () => {
    const session = await open();
    const events = collect(session);
    await session.write(await speak('three seven', { leadMs: 1_200 }));
    await session.commit();
    await session.write(await speak('hello stop', { trailMs: 1_500 }));
    await session.finish();
    const heard = finals(await events);
    expect(heard).toHaveLength(2);
    expect(wordErrorRate('three seven hello stop', heard.join(' ')).errors, heard.join(' | ')).toBeLessThanOrEqual(1);
  });

  it('settles silence, but nothing that may still become a word', async () => {
    const lead = 6_000;
    const seen = await recognise(await open(), await speak('three seven', { leadMs: lead, trailMs: 3_000 }));
    const first = seen.findIndex((event) => event.kind === 'utterance');
    const settled = seen.slice(0, first).flatMap((event) => (event.kind === 'settled' ? [event.through] : []));
    expect(Math.max(...settled)).toBeGreaterThan(lead - 2_500);
    expect(Math.max(...settled)).toBeLessThanOrEqual(utterances(seen)[0]?.start ?? 0);
  });
}
