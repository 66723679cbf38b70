import { startSimulator } from '@live-transcribe/realtime-simulator';
import { pino } from 'pino';
import { afterEach, describe, expect, it } from 'vitest';
import { chooseEngine, readConfig } from '../src/index.ts';
import { openaiOptions } from '../src/openai-options.ts';
import { speechLike } from './speech-like.ts';
import { startTestGateway } from './test-gateway.ts';
import { pcm16, WireClient } from './wire-client.ts';

const log = pino({ level: 'silent' });

const configured = (environment: Readonly<Record<string, string>>) => {
  const read = readConfig({ OPENAI_API_KEY: 'sk-test', ...environment });
  if (!read.ok) throw new Error(read.faults.join('\n'));
  return read.config;
};

describe('the engine openai as it is configured', () => {
  it.each<[string, Record<string, string>, object]>([
    ['nothing', {}, { session: { logprobs: false }, maxSessionMs: 3_600_000 }],
    [
      'numbers for the service’s VAD',
      { OPENAI_VAD_SILENCE_MS: '700' },
      { session: { turns: { kind: 'server_vad', silenceDurationMs: 700 } } },
    ],
    [
      'a VAD in full',
      { OPENAI_TURNS: 'server_vad', OPENAI_VAD_THRESHOLD: '0.4', OPENAI_VAD_PREFIX_MS: '0' },
      { session: { turns: { kind: 'server_vad', threshold: 0.4, prefixPaddingMs: 0 } } },
    ],
    [
      'turns by meaning',
      { OPENAI_TURNS: 'semantic_vad', OPENAI_VAD_EAGERNESS: 'low' },
      { session: { turns: { kind: 'semantic_vad', eagerness: 'low' } } },
    ],
    ['turns by the gateway', { OPENAI_TURNS: 'gateway_vad' }, { session: { turns: { kind: 'gateway_vad' } } }],
    ['turns by nobody', { OPENAI_TURNS: 'none' }, { session: { turns: { kind: 'none' } } }],
    [
      'hints',
      { OPENAI_KEYWORDS: ' Ada, ,Lovelace', OPENAI_LANGUAGES: 'sv-SE,en', OPENAI_PROMPT: 'Tea', OPENAI_DELAY: 'low' },
      { session: { keywords: ['Ada', 'Lovelace'], languages: ['sv', 'en'], prompt: 'Tea', delay: 'low' } },
    ],
    [
      'another server, silence and time',
      { OPENAI_DIALECT: 'plain', OPENAI_GATE_SILENCE_MS: '3000', OPENAI_MAX_SESSION_MINUTES: '30' },
      { dialect: 'plain', gateSilence: { afterMs: 3_000, preRollMs: 500 }, maxSessionMs: 1_800_000 },
    ],
  ])('with %s', (_name, environment, expected) => {
    expect(openaiOptions(configured(environment), log)).toMatchObject(expected);
  });

  it.each([
    ['OPENAI_VAD_THRESHOLD', '2', 'from 0 to 1'],
    ['OPENAI_TURNS', 'magic', 'gateway_vad'],
    ['OPENAI_LANGUAGES', 'sv,klingonese', 'language codes'],
    ['OPENAI_LOGPROBS', 'perhaps', 'true or false'],
    ['OPENAI_PRICES', 'whisper-1=cheap', 'gpt-4o-transcribe=0.006/min'],
  ])('%s=%s does not start, and says what is expected', (name, value, hint) => {
    const read = readConfig({ [name]: value });
    expect(read.ok ? [] : read.faults).toEqual([expect.stringContaining(hint)]);
  });

  it('needs no key for servers of one’s own, and one for OpenAI', async () => {
    for (const [dialect, id] of [
      ['plain', 'openai'],
      ['beta', 'openai'],
      ['openai', 'none'],
    ] as const) {
      const choice = chooseEngine(configured({ OPENAI_API_KEY: '', ENGINE: 'openai', OPENAI_DIALECT: dialect }), log);
      expect(choice.engine.id).toBe(id);
      await choice.engine.close();
    }
  });
});

describe('a session with it through the gateway', { timeout: 20_000 }, () => {
  const closing: (() => Promise<void>)[] = [];
  afterEach(async () => {
    for (const close of closing.splice(0).reverse()) await close();
  });

  async function start(environment: Readonly<Record<string, string>> = {}) {
    const simulator = await startSimulator({
      script: () => ({ transcript: 'Good morning, Ada.' }),
      transcriptions: () => ({
        text: 'good morning ada',
        words: [
          { word: 'good', start: 0.1, end: 0.2 },
          { word: 'morning', start: 0.2, end: 0.4 },
          { word: 'ada', start: 0.5, end: 0.6 },
        ],
      }),
    });
    closing.push(() => simulator.close());
    const config = configured({ ENGINE: 'openai', OPENAI_BASE_URL: simulator.baseUrl, ...environment });
    const { engine } = chooseEngine(config, log);
    const gateway = await startTestGateway({ engine });
    closing.push(() => gateway.close());
    const client = await WireClient.open(gateway.port, '/v1/transcriptions');
    return { simulator, client };
  }

  async function say(client: WireClient, members: object = {}) {
    client.send({ action: 'start', encoding: 'pcm16', sample_rate: 24_000, model: 'whisper-1', ...members });
    const voice = speechLike(1_500, 24_000);
    for (let at = 0; at < voice.length; at += 2_400) client.send(pcm16(voice.subarray(at, at + 2_400)));
    client.send({ action: 'stop' });
    expect((await client.closed).code).toBe(1000);
  }

  it('gives the words their times when they were asked for, after the final and on its own text', async () => {
    const { client, simulator } = await start();
    await say(client, { words: true });
    const final = client.messages.find((message) => 'final' in message);
    const words = client.messages.find((message) => 'words' in message);
    expect(final).toMatchObject({ final: 'Good morning, Ada.', segment: 0 });
    expect(words).toMatchObject({ segment: 0, words: [{ word: 'Good' }, { word: 'morning,' }, { word: 'Ada.' }] });
    expect(client.messages.indexOf(words ?? {})).toBeGreaterThan(client.messages.indexOf(final ?? {}));
    expect(client.all('final').length).toBe(1);
    expect(simulator.transcriptionRequests.map(({ model, words: asked }) => [model, asked])).toEqual([
      ['whisper-1', true],
    ]);
  });

  it('asks for no times that nobody wanted', async () => {
    const { client, simulator } = await start();
    await say(client);
    expect(client.all('words')).toEqual([]);
    expect(simulator.transcriptionRequests).toEqual([]);
  });

  it('sums up what it has cost', async () => {
    const { client } = await start({ OPENAI_PRICES: 'whisper-1=0.6/min' });
    await say(client);
    const { usage } = await client.next('ended');
    expect(usage).toEqual({ audio_seconds: expect.closeTo(1.5, 3), cost: expect.closeTo(0.015, 5) });
  });

  it('asks for what the client asked for, over what the server has set', async () => {
    const { client, simulator } = await start({ OPENAI_VAD_SILENCE_MS: '400', OPENAI_NOISE_REDUCTION: 'near_field' });
    await say(client, { turn_detection: { type: 'server_vad', silence_duration_ms: 300 } });
    const input = {
      turn_detection: { type: 'server_vad', silence_duration_ms: 300 },
      noise_reduction: { type: 'near_field' },
    };
    expect(simulator.secretRequests[0]?.request).toMatchObject({ session: { audio: { input } } });
  });

  it('finds the ends of utterances itself for a model that leaves them to it', async () => {
    const { client } = await start();
    await say(client, { model: 'gpt-realtime-whisper' });
    expect(client.all('final')).toEqual(['Good morning, Ada.']);
  });
});
