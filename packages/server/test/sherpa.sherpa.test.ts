import { createSherpaEngine, readModel, sherpaMissing } from '@live-transcribe/engine-sherpa';
import {
  childProcesses,
  describeWith,
  speak,
  speechToolsMissing,
  tinyModel,
  wavBytes,
  wordErrorRate,
} from '@live-transcribe/testkit';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { calledDirectly } from '../../engine-sherpa/test/called-directly.ts';
import { startTestGateway } from './test-gateway.ts';
import { pcm16, WireClient } from './wire-client.ts';

const phrases = ['three seven sixty one', 'hello stop left right', 'yes four eight no'];

async function spoken(): Promise<Int16Array> {
  const parts = await Promise.all(phrases.map((text) => speak(text, { leadMs: 1_200 })));
  return Int16Array.from([...parts.flatMap((part) => [...part]), ...new Int16Array(16_000)]);
}

describeWith([speechToolsMissing(), sherpaMissing()], 'sherpa behind the sockets', { timeout: 60_000 }, () => {
  let gateway: Awaited<ReturnType<typeof startTestGateway>>;
  let samples: Int16Array;
  beforeAll(async () => {
    const model = readModel(tinyModel('tiny-streaming'));
    if ('invalid' in model) throw new Error(model.invalid);
    const engine = createSherpaEngine({ model, processes: 1, warn: () => undefined });
    gateway = await startTestGateway({ engine, plainLanguage: 'en' });
    samples = await spoken();
  });
  afterAll(async () => {
    await gateway.close();
    expect(childProcesses()).toEqual([]);
  });

  it('gives a file’s words on /ws, with partials before them', async () => {
    const client = await WireClient.open(gateway.port, '/ws');
    for (let at = 0; at < samples.length; at += 3_200) client.send(pcm16(samples.subarray(at, at + 3_200)));
    client.send({ type: 'stop' });
    expect((await client.closed).code).toBe(1000);
    const of = (kind: string) => client.messages.filter(({ type }) => type === kind).map(({ text }) => String(text));
    expect(wordErrorRate(phrases.join(' '), of('final').join(' ')).rate).toBeLessThanOrEqual(0.1);
    expect(of('partial').length).toBeGreaterThanOrEqual(phrases.length);
  });

  it('gives words with their times on /v1/transcriptions, from a rate that is not the model’s', async () => {
    const client = await WireClient.open(gateway.port, '/v1/transcriptions');
    client.send({ action: 'start', language: 'en', encoding: 'pcm16', sample_rate: 32_000, words: true });
    const between = (at: number) => ((samples[at] ?? 0) + (samples[at + 1] ?? 0)) >> 1;
    const twice = Int16Array.from({ length: samples.length * 2 }, (_, index) =>
      index % 2 === 0 ? (samples[index / 2] ?? 0) : between((index - 1) / 2),
    );
    client.send(pcm16(twice));
    client.send({ action: 'stop' });
    expect((await client.closed).code).toBe(1000);
    const finals = client.messages.filter((message) => 'final' in message);
    const text = finals.map(({ final }) => final).join(' ');
    expect(wordErrorRate(phrases.join(' '), text).rate, text).toBeLessThanOrEqual(0.1);
    for (const { words, start, end } of finals) {
      expect(words).toContainEqual({ word: expect.any(String), start: expect.any(Number), end: expect.any(Number) });
      expect(Number(end)).toBeGreaterThan(Number(start));
    }
  });

  it('gives a file’s words as they become known, says how far it is, and says the same in one answer', async () => {
    const post = async (fields: Record<string, string>) => {
      const form = new FormData();
      form.set('file', new Blob([new Uint8Array(wavBytes(samples, 16_000))]), 'speech.wav');
      for (const [name, value] of Object.entries({ language: 'en', ...fields })) form.set(name, value);
      const url = `http://127.0.0.1:${gateway.port}/v1/audio/transcriptions`;
      return (await fetch(url, { method: 'POST', body: form })).text();
    };
    const direct = (await calledDirectly('tiny-streaming', 'greedy_search', samples)).map(({ text }) => text);
    const told = await post({ stream: 'true' });
    const events = told.split('\n\n').flatMap((frame) => {
      const data = /^data: (.*)$/m.exec(frame)?.[1];
      return data ? [JSON.parse(data)] : [];
    });
    const done = events.at(-1);
    expect(done).toMatchObject({ type: 'transcript.text.done', text: direct.join(' ') });
    const of = (type: string) => events.filter((event) => event.type === type);
    expect(of('transcript.text.delta').map(({ delta }) => delta.trim())).toEqual(direct);
    const seconds = of('transcript.progress').map((event) => event.seconds);
    expect(seconds.length).toBeGreaterThanOrEqual(direct.length);
    expect(seconds).toEqual(seconds.toSorted((a, b) => a - b));
    expect(seconds.at(-1)).toBeCloseTo(samples.length / 16_000, 2);
    expect(JSON.parse(await post({}))).toMatchObject({ text: done.text });
  });

  it('refuses a language that its model does not know', async () => {
    const client = await WireClient.open(gateway.port, '/v1/transcriptions');
    client.send({ action: 'start', language: 'sv' });
    expect(await client.next('error')).toMatchObject({ code: 'unsupported_language' });
  });

  it('spells its finals on both sockets, and the words in them, where there is a model for it', async () => {
    const model = readModel(tinyModel('tiny-streaming'));
    const punctuation = readModel(tinyModel('tiny-punctuation-en'), 'punctuation');
    if ('invalid' in model || 'invalid' in punctuation) throw new Error('The tiny models cannot be read.');
    const engine = createSherpaEngine({ model, punctuation, processes: 1, warn: () => undefined });
    const spelling = await startTestGateway({ engine, plainLanguage: 'en' });
    try {
      const client = await WireClient.open(spelling.port, '/v1/transcriptions');
      client.send({ action: 'start', language: 'en', encoding: 'pcm16', sample_rate: 16_000, words: true });
      client.send(pcm16(samples));
      client.send({ action: 'stop' });
      expect((await client.closed).code).toBe(1000);
      const finals = client.messages.filter((message) => 'final' in message);
      const expected = ['Three seven sixty one.', 'Hello, stop Left right?', 'Yes four eight no.'];
      expect(finals.map(({ final }) => final)).toEqual(expected);
      const words = finals.map((message) => (message.words as { word: string }[]).map(({ word }) => word).join(' '));
      expect(words).toEqual(expected);
      const plain = await WireClient.open(spelling.port, '/ws');
      plain.send(pcm16(samples));
      plain.send({ type: 'stop' });
      await plain.closed;
      expect(plain.messages.flatMap(({ type, text }) => (type === 'final' ? [text] : []))).toEqual(expected);
    } finally {
      await spelling.close();
    }
  });

  it('says who spoke, also when the recogniser is killed between two of them', async () => {
    const lines = [
      ['slt', 'three seven sixty one'],
      ['rms', 'hello stop left right'],
      ['slt', 'yes four eight no'],
      ['rms', 'nine zero five two'],
    ] as const;
    const parts = await Promise.all(
      lines.map(([voice, text]) => speak(text, { voice, leadMs: 1_200, trailMs: 1_200 })),
    );
    const model = readModel(tinyModel('tiny-streaming'));
    const speakers = readModel(tinyModel('tiny-voices'), 'speakers');
    if ('invalid' in model || 'invalid' in speakers) throw new Error('The tiny models cannot be read.');
    const before = new Set(childProcesses());
    const engine = createSherpaEngine({ model, speakers, processes: 1, warn: () => undefined });
    const telling = await startTestGateway({ engine, plainLanguage: 'en' });
    try {
      for (const killAfter of [undefined, 1, 2, 3]) {
        const client = await WireClient.open(telling.port, '/v1/transcriptions');
        client.send({ action: 'start', language: 'en', encoding: 'pcm16', sample_rate: 16_000 });
        for (const [index, part] of parts.entries()) {
          if (index === killAfter) {
            await client.next('final', () => client.all('final').length === index);
            for (const recogniser of childProcesses()) if (!before.has(recogniser)) process.kill(recogniser, 'SIGKILL');
          }
          client.send(pcm16(part));
        }
        client.send({ action: 'stop' });
        expect((await client.closed).code).toBe(1000);
        const finals = client.messages.filter((message) => 'final' in message);
        const said = finals.map(({ final, speaker }) => [speaker, final]);
        const names = { slt: 'A', rms: 'B' };
        expect(said, `killed after ${killAfter}`).toEqual(lines.map(([voice, text]) => [names[voice], text]));
      }
    } finally {
      await telling.close();
    }
  });

  it('says on the page which model it is', async () => {
    const config = await (await fetch(`http://127.0.0.1:${gateway.port}/config`)).json();
    expect(config).toMatchObject({ engine: 'sherpa', languages: ['en'] });
  });
});
