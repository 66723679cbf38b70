import { joinSamples } from '@live-transcribe/audio';
import { type EngineEvent } from '@live-transcribe/core';
import { collect, recognise, speak, wordErrorRate } from '@live-transcribe/testkit';
import { afterEach, expect, it } from 'vitest';
import { createEngine, describeWithSphinx, finals, options } from './sphinx.ts';

const sentences = [
  'the weather is very nice today',
  'the meeting will start in ten minutes',
  'the children are playing in the garden',
  'thank you very much for your help',
  'turn off the lights in the living room',
];
const ms = 16;

describeWithSphinx('what pocketsphinx recognises', () => {
  const ending = new AbortController();
  let engine = createEngine();
  afterEach(async () => {
    await engine.close();
    engine = createEngine();
  });
  const open = () => engine.open(options, ending.signal);

  it('has no word wrong of clear synthetic speech in well-chosen sentences', async () => {
    const samples = await join(sentences, 1_000);
    const heard = finals(await recognise(await open(), samples));
    const { rate } = wordErrorRate(sentences.join(' '), heard.join(' '));
    // Measured: 0 of 35 words. Of sentences at random about every seventh word is wrong.
    expect(rate).toBeLessThanOrEqual(0.03);
    expect(heard).toHaveLength(sentences.length);
  });

  it('is the same however the audio is cut', async () => {
    const samples = await join(sentences.slice(0, 2), 700);
    const once = finals(await recognise(await open(), samples, samples.length));
    for (const size of [123, 1_600, 5_000]) {
      expect(finals(await recognise(await open(), samples, size)), `pieces of ${size}`).toEqual(once);
    }
  });

  it('comes as growing hypotheses first, in the order of time', async () => {
    const events = await recognise(await open(), await join(sentences.slice(0, 1), 1_000));
    const hypotheses = events.filter((event) => event.kind === 'hypothesis');
    expect(hypotheses.length).toBeGreaterThan(3);
    expect(hypotheses.map(({ end }) => end)).toEqual(hypotheses.map(({ end }) => end).toSorted((a, b) => a - b));
  });

  it('has words at the times they were spoken, after silence and after earlier utterances', async () => {
    const word = await speak('tomorrow', { voice: 'slt' });
    const from = word.findIndex((sample) => Math.abs(sample) > 300);
    const to = word.findLastIndex((sample) => Math.abs(sample) > 300);
    const places = [800, 4_300, 9_100].map((at) => at * ms);
    const samples = new Int16Array(13_000 * ms);
    for (const at of places) samples.set(word, at);
    const events = await recognise(await open(), samples);
    const spans = utterances(events).map(({ words = [] }) => ({ start: words[0]?.start, end: words.at(-1)?.end }));
    expect(spans).toHaveLength(places.length);
    for (const [index, at] of places.entries()) {
      expect(Math.abs((spans[index]?.start ?? 0) - (at + from) / ms)).toBeLessThanOrEqual(150);
      expect(Math.abs((spans[index]?.end ?? 0) - (at + to) / ms)).toBeLessThanOrEqual(150);
    }
  });

  it('settles silence, so that a replay is short, but nothing that may still become a word', async () => {
    const session = await open();
    const events = collect(session);
    const lead = 6_000;
    await session.write(await speak(sentences[0] ?? '', { leadMs: lead, trailMs: 3_000 }));
    await session.finish();
    const seen = await events;
    const [first] = utterances(seen);
    const before = seen.slice(0, seen.indexOf(first as EngineEvent)).filter((event) => event.kind === 'settled');
    expect(Math.max(...before.map(({ through }) => through))).toBeGreaterThan(lead - 2_000);
    expect(Math.max(...before.map(({ through }) => through))).toBeLessThanOrEqual(first?.start ?? 0);
  });

  it('is not spoiled by the noise of a room before the first word', async () => {
    const quiet = await speak(sentences[2] ?? '', { leadMs: 2_000, trailMs: 1_000 });
    let state = 3;
    const noisy = quiet.map((sample) => {
      state = (state * 1_103_515_245 + 12_345) & 0x7fffffff;
      return sample + (state % 9) - 4;
    });
    // Without forgetting what the noise has taught, this is heard as "the children and play".
    expect(finals(await recognise(await open(), noisy))).toEqual([sentences[2]]);
  });

  it('loses no word to a commit that comes as the word begins', async () => {
    const text = 'please call me back tomorrow morning at nine';
    const speech = await speak(text, { leadMs: 1_000, trailMs: 1_000 });
    const onset = speech.findIndex((sample) => Math.abs(sample) > 300);
    const session = await open();
    const events = collect(session);
    await session.write(speech.subarray(0, onset + 60 * ms));
    await session.commit();
    await session.write(speech.subarray(onset + 60 * ms));
    await session.finish();
    expect(finals(await events)).toEqual(finals(await recognise(await open(), speech)));
  });

  it('is ended by a commit, and begins anew', async () => {
    const session = await open();
    const events = collect(session);
    await session.write(await speak(sentences[0] ?? '', { leadMs: 300 }));
    await session.commit();
    await session.write(await speak(sentences[3] ?? '', { leadMs: 300 }));
    await session.finish();
    expect(finals(await events)).toHaveLength(2);
  });

  it('ends an utterance without a pause after half a minute, and loses nothing of it', async () => {
    const samples = await speak(Array<string>(4).fill(sentences.join(' and ')).join(' and '));
    const heard = utterances(await recognise(await open(), samples));
    expect(samples.length / 16_000).toBeGreaterThan(32);
    expect(heard.length).toBeGreaterThanOrEqual(2);
    for (const { start, end } of heard) expect(end - start).toBeLessThanOrEqual(30_500);
  });
});

const utterances = (events: readonly EngineEvent[]) => events.filter((event) => event.kind === 'utterance');

/** The sentences with `pauseMs` of silence before, between and after. */
async function join(texts: readonly string[], pauseMs: number): Promise<Int16Array> {
  const parts = await Promise.all(texts.map((text) => speak(text, { leadMs: pauseMs })));
  return joinSamples([...parts, new Int16Array(pauseMs * ms)]);
}
