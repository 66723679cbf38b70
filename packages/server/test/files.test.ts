import { readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { RulerEngine, rulerAudio, wavBytes } from '@live-transcribe/testkit';
import OpenAI, { toFile } from 'openai';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startTestGateway, type TestGateway, testRate } from './test-gateway.ts';

const length = 60_000;
const wav: Uint8Array = wavBytes(rulerAudio(0, length), testRate);

let gateway: TestGateway | undefined;
let before: readonly string[];
const uploads = () => readdirSync(tmpdir()).filter((name) => name.startsWith('live-transcribe-upload-'));
beforeEach(() => {
  before = uploads();
});
afterEach(async () => {
  await gateway?.close();
  gateway = undefined;
  expect(uploads().filter((name) => !before.includes(name))).toEqual([]);
});

async function start(options: Parameters<typeof startTestGateway>[0] = {}): Promise<TestGateway> {
  gateway = await startTestGateway(options);
  return gateway;
}

const url = ({ port }: TestGateway) => `http://127.0.0.1:${port}/v1/audio/transcriptions`;

function form(fields: Readonly<Record<string, string>>, file: Uint8Array | undefined, fileFirst = false): FormData {
  const data = new FormData();
  const add = () => file && data.set('file', new Blob([file.slice()]), 'speech.wav');
  if (fileFirst) add();
  for (const [name, value] of Object.entries(fields)) data.set(name, value);
  if (!fileFirst) add();
  return data;
}

async function post(at: TestGateway, fields: Readonly<Record<string, string>>, file = wav, fileFirst = false) {
  const response = await fetch(url(at), { method: 'POST', body: form(fields, file, fileFirst) });
  return { status: response.status, type: response.headers.get('content-type'), text: await response.text() };
}

/** Whether a text tells all samples of the ruler, each once and in order. */
function expectAll(text: string): void {
  let end = -1;
  for (const stretch of text.trim().split(' ')) {
    const [from = Number.NaN, to = Number.NaN] = stretch.split('-').map(Number);
    expect(from).toBe(end + 1);
    end = to;
  }
  expect(end).toBe(length - 1);
}

describe('POST /v1/audio/transcriptions', () => {
  it('[FT1] answers with all that was said in the file, wherever the fields stand', async () => {
    const server = await start();
    for (const fileFirst of [false, true]) {
      const { status, type, text } = await post(server, { model: 'whisper-1', language: 'en' }, wav, fileFirst);
      expect([status, type]).toEqual([200, 'application/json; charset=utf-8']);
      const answer = JSON.parse(text);
      expectAll(answer.text);
      expect(answer.usage).toEqual({ type: 'duration', seconds: 4 });
    }
  });

  it('[FT2] writes text, captions, and all there is to know', async () => {
    const server = await start();
    const plain = await post(server, { response_format: 'text' });
    expect(plain.type).toBe('text/plain; charset=utf-8');
    expectAll(plain.text);
    const srt = await post(server, { response_format: 'srt' });
    expect(srt.text).toMatch(/^1\n00:00:00,000 --> /);
    const vtt = await post(server, { response_format: 'vtt' });
    expect(vtt.text).toMatch(/^WEBVTT\n/);
    const verbose = JSON.parse((await post(server, { response_format: 'verbose_json', language: 'sv' })).text);
    expect(verbose).toMatchObject({ task: 'transcribe', language: 'sv', duration: 3.75 });
    expect(verbose.segments.map(({ id }: { id: number }) => id)).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
    expect(verbose.segments[1]).toEqual({ id: 1, start: 0.5, end: 1, text: '8000-15999' });
    expect(verbose.words).toBeUndefined();
  });

  it('[FT3] times words where that is asked for', async () => {
    const server = await start();
    const fields = { response_format: 'verbose_json', 'timestamp_granularities[]': 'word' };
    const { words } = JSON.parse((await post(server, fields)).text);
    expect(words).toHaveLength(8);
    expect(words[1]).toMatchObject({ word: '8000-15999', start: 0.5, end: 1 });
  });

  it('[FT4] tells texts as they become known', async () => {
    const server = await start();
    const { type, text } = await post(server, { stream: 'true' });
    expect(type).toBe('text/event-stream; charset=utf-8');
    const events = text
      .split('\n\n')
      .filter((event) => event !== '')
      .map((event) => JSON.parse(event.slice(event.indexOf('data: ') + 6)));
    const deltas = events.filter((event) => event.type === 'transcript.text.delta').map(({ delta }) => delta);
    expect(deltas).toHaveLength(8);
    expect(events.at(-1)).toMatchObject({ type: 'transcript.text.done', text: deltas.join('') });
    expectAll(deltas.join(''));
    expect(events.some((event) => event.type === 'transcript.progress' && event.seconds > 0)).toBe(true);
  });

  it('[FT5] serves OpenAI’s own client', async () => {
    const server = await start();
    const client = new OpenAI({ apiKey: 'unused', baseURL: `http://127.0.0.1:${server.port}/v1`, maxRetries: 0 });
    const file = () => toFile(wav, 'speech.wav');
    const { text } = await client.audio.transcriptions.create({ file: await file(), model: 'whisper-1' });
    expectAll(text);
    const stream = await client.audio.transcriptions.create({ file: await file(), model: 'any', stream: true });
    let heard = '';
    for await (const event of stream) if (event.type === 'transcript.text.delta') heard += event.delta;
    expect(heard).toBe(text);
    const refused = client.audio.transcriptions.create({ file: await file(), model: 'any', language: 'klingon' });
    await expect(refused).rejects.toThrow('422 "language" must be a language code');
  });

  it('[FT6] loses nothing when the engine is lost in the middle', async () => {
    const faults = [{ loseAfter: 20_000 }, { loseAfter: 9_000 }];
    const server = await start({ engine: new RulerEngine({ sampleRate: testRate, utteranceMs: 500, faults }) });
    expectAll(JSON.parse((await post(server, {})).text).text);
  });

  it.each<[string, Record<string, string>, Uint8Array, number, string]>([
    ['nothing that is audio', {}, new TextEncoder().encode('# Not a sound\n'.repeat(900)), 400, 'unsupported_audio'],
    ['an empty file', {}, new Uint8Array(0), 400, 'bad_audio'],
    ['half a header', {}, wav.slice(0, 20), 400, 'bad_audio'],
    ['a format that is none', { response_format: 'docx' }, wav, 422, 'bad_value'],
    ['a language that is none', { language: 'klingon' }, wav, 422, 'bad_value'],
    ['a granularity that is none', { 'timestamp_granularities[]': 'letter' }, wav, 422, 'bad_value'],
    ['a rate that is none', { encoding: 'pcm16', sample_rate: 'fast' }, wav, 422, 'bad_value'],
    ['too large a file', {}, new Uint8Array(2 ** 20 + 1), 413, 'message_too_big'],
  ])('[FT7] refuses %s as OpenAI does, with a sentence', async (_, fields, file, status, code) => {
    const server = await start({ environment: { FILE_MB: '1' } });
    const answer = await post(server, fields, file);
    expect(JSON.parse(answer.text).error, answer.text).toMatchObject({ code, type: 'invalid_request_error' });
    expect(answer.status).toBe(status);
    expectAll(JSON.parse((await post(server, {})).text).text);
  });

  it('[FT8] takes raw samples that are said to be so', async () => {
    const server = await start();
    const samples = rulerAudio(0, length);
    const raw = new Uint8Array(samples.buffer, samples.byteOffset, samples.byteLength);
    const fields = { encoding: 'pcm16', sample_rate: String(testRate) };
    expectAll(JSON.parse((await post(server, fields, raw)).text).text);
  });

  it('[FT9] refuses a request that is no form, one without a file, and one whose file has another name', async () => {
    const server = await start();
    const bare = { method: 'POST', body: wav.slice(), headers: { 'content-type': 'audio/wav' } };
    expect((await fetch(url(server), bare)).status).toBe(415);
    const without = await fetch(url(server), { method: 'POST', body: form({ model: 'x' }, undefined) });

    expect([without.status, (await without.json()).error.message]).toEqual([
      422,
      'The form has no field "file" with the audio in it.',
    ]);
    const data = new FormData();
    data.set('audio', new Blob([wav.slice()]), 'speech.wav');
    const misnamed = await fetch(url(server), { method: 'POST', body: data });
    expect([misnamed.status, (await misnamed.json()).error.message]).toEqual([
      422,
      'The audio must be in the field "file", not in "audio".',
    ]);
  });

  it('[FT10] takes so many files at a time, and another when one has left', async () => {
    const engine = new RulerEngine({ sampleRate: testRate, utteranceMs: 500, faults: [{ neverOpens: true }] });
    const server = await start({ engine, environment: { FILE_TRANSCRIPTIONS: '1' } });
    const leaving = new AbortController();
    const first = fetch(url(server), { method: 'POST', body: form({}, wav), signal: leaving.signal });
    first.catch(() => undefined);
    await expect.poll(() => uploads().length).toBeGreaterThan(before.length);
    const second = await fetch(url(server), { method: 'POST', body: form({}, wav) });
    expect([second.status, second.headers.get('retry-after')]).toEqual([503, '5']);
    expect((await second.json()).error).toMatchObject({ code: 'engine_busy', type: 'server_error' });
    leaving.abort();
    await expect(first).rejects.toThrow('aborted');
    await expect.poll(async () => (await post(server, {})).status).toBe(200);
  });

  it('[FT11] is not there for 0 files', async () => {
    const server = await start({ environment: { FILE_TRANSCRIPTIONS: '0' } });
    expect((await post(server, {})).status).toBe(404);
  });
});
