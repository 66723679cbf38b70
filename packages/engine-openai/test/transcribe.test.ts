import { wavFile } from '@live-transcribe/audio';
import { EngineError, type TranscribeOptions } from '@live-transcribe/core';
import { ManualClock } from '@live-transcribe/testkit';
import { describe, expect, it } from 'vitest';
import { schemaFault } from '../../realtime-simulator/test/support/schema.ts';
import { rate, ruler } from './support/audio.ts';
import { apiKey, expectNoSecret, type Simulated, simulate } from './support/simulated.ts';

const options: TranscribeOptions = { language: 'sv', model: 'gpt-4o-transcribe', prompt: 'Anka', words: false };
const never = new AbortController().signal;

const ask = (
  { engine }: Simulated,
  samples = ruler(0, rate),
  over: Partial<TranscribeOptions> = {},
  signal = never,
) => {
  if (!engine.transcribe) throw new Error('It has no such method.');
  return engine.transcribe(samples, { ...options, ...over }, signal);
};

describe('a stretch of audio as one file', () => {
  it('is asked of the session’s own model, sample by sample', async () => {
    const simulated = await simulate({ transcriptions: () => ({ text: 'Hej på dig!' }) });
    // A view into a larger memory, as a ring gives it.
    const inMiddle = ruler(0, rate + 10).subarray(3, rate + 3);
    expect(await ask(simulated, inMiddle)).toEqual({ text: 'Hej på dig!', usage: { audioSeconds: 1 } });
    const [request] = simulated.simulator.transcriptionRequests;
    expect(request).toMatchObject({ model: 'gpt-4o-transcribe', language: 'sv', prompt: 'Anka', format: 'json' });
    expect(request?.samples).toEqual(ruler(3, rate));
  });

  it('has words when they are asked for, within the audio', async () => {
    const words = [
      { word: 'Hej', start: -0.01, end: 0.25 },
      { word: 'på', start: 0.25, end: 0.5 },
      { word: 'dig', start: 0.6, end: 1.3 },
    ];
    const simulated = await simulate({ transcriptions: () => ({ text: 'Hej på dig!', words }) });
    expect(await ask(simulated, ruler(0, rate), { words: true })).toEqual({
      text: 'Hej på dig!',
      words: [
        { text: 'Hej', start: 0, end: 250 },
        { text: 'på', start: 250, end: 500 },
        { text: 'dig', start: 600, end: 1_000 },
      ],
      usage: { audioSeconds: 1 },
    });
    expect(simulated.simulator.transcriptionRequests).toMatchObject([{ model: 'whisper-1', format: 'verbose_json' }]);
  });

  it('takes the model that reads files where the session’s own only listens', async () => {
    const simulated = await simulate();
    await ask(simulated, ruler(0, 10), { model: 'gpt-realtime-whisper', language: undefined, prompt: undefined });
    await ask(simulated, ruler(0, 10), { model: 'gpt-live-transcribe' });
    const models = simulated.simulator.transcriptionRequests.map(({ model }) => model);
    expect(models).toEqual(['whisper-1', 'gpt-transcribe']);
    expect(simulated.simulator.transcriptionRequests[0]).toMatchObject({ language: undefined, prompt: undefined });
  });

  it('is refused when it is longer than the service takes, before anything is sent', async () => {
    const simulated = await simulate();
    const told = ask(simulated, new Int16Array(13_000_000));
    await expect(told).rejects.toMatchObject({ code: 'engine_refused', message: expect.stringContaining('520 s') });
    expect(simulated.simulator.transcriptionRequests).toEqual([]);
  });
});

const html = '<!doctype html><title>Welcome to the hotel</title>';
const body = (code: string, message = `Words about ${apiKey}.`) =>
  JSON.stringify({ error: { message, type: 'some_error', code, param: null } });

describe('what goes wrong with a file has its code', () => {
  it.each([
    ['a wrong key', 401, body('invalid_api_key'), {}, { code: 'engine_auth', retryable: false }],
    [
      'a rate limit',
      429,
      body('rate_limit_exceeded'),
      { 'retry-after': '7' },
      { code: 'engine_quota', retryAfterMs: 7e3 },
    ],
    ['a page', 200, html, { 'content-type': 'text/html' }, { code: 'engine_refused' }],
    ['other JSON', 200, '{"text":7}', {}, { code: 'engine_refused' }],
    ['an endless body', 200, `{"text":"${'x'.repeat(5_000_000)}"}`, {}, { code: 'engine_refused' }],
    ['a page of an error', 502, html, {}, { code: 'engine_unreachable', retryable: true }],
  ])('%s', async (_name, status, text, headers, expected) => {
    const simulated = await simulate({ faults: [{ kind: 'refuse_transcription', status, body: text, headers }] });
    const thrown = await ask(simulated).catch((reason: unknown) => reason);
    expect(thrown).toBeInstanceOf(EngineError);
    expect(thrown).toMatchObject(expected);
    expectNoSecret(thrown);
    await ask(simulated);
  });

  it('nobody there', async () => {
    const simulated = await simulate({}, { baseUrl: 'http://127.0.0.1:1/v1', clock: new ManualClock() });
    await expect(ask(simulated)).rejects.toMatchObject({ code: 'engine_unreachable', retryable: true });
  });

  it('an end of the signal, and of the engine', async () => {
    const faults = [{ kind: 'stall_transcription', times: 2 }] as const;
    const simulated = await simulate({ faults });
    const ending = new AbortController();
    const first = expect(ask(simulated, ruler(0, 10), {}, ending.signal)).rejects.toThrow('Enough.');
    await simulated.simulator.happened('stall_transcription');
    ending.abort(new Error('Enough.'));
    await first;
    const second = expect(ask(simulated)).rejects.toMatchObject({ code: 'engine_lost', retryable: false });
    await simulated.engine.close();
    await second;
    await expect(ask(simulated)).rejects.toMatchObject({ code: 'engine_lost' });
  });
});

describe('the simulator’s answers', () => {
  it('are as OpenAI describes them', async () => {
    const { simulator } = await simulate();
    const form = new FormData();
    form.set('file', new Blob([wavFile(ruler(0, 2_400), rate)]), 'a.wav');
    form.set('model', 'whisper-1');
    form.set('response_format', 'verbose_json');
    form.set('timestamp_granularities[]', 'word');
    const headers = { authorization: `Bearer ${apiKey}` };
    const answer = await fetch(`${simulator.baseUrl}/audio/transcriptions`, { method: 'POST', headers, body: form });
    const json = await answer.json();
    expect(json).toMatchObject({ words: [{ word: 'simulated' }, { word: 'transcription', end: 0.1 }] });
    expect(schemaFault('CreateTranscriptionResponseVerboseJson', json)).toBeUndefined();
  });
});
