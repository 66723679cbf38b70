import { inspect } from 'node:util';
import { startSimulator } from '@live-transcribe/realtime-simulator';
import { describeEngineContract } from '@live-transcribe/testkit';
import { describe, expect, it } from 'vitest';
import { asSocket, dialectAt, dialectNamed } from '../src/dialects.ts';
import { createOpenAIEngine, type DialectName } from '../src/index.ts';
import { joined, ruler, silence, speech } from './support/audio.ts';
import { apiKey, collect, recognition, simulate, textsOf, write } from './support/simulated.ts';

const others: readonly DialectName[] = ['azure', 'azure-preview', 'beta', 'plain'];

for (const dialect of others) {
  describeEngineContract(`openai, dialect ${dialect}`, async () => {
    const simulator = await startSimulator({ apiKey, dialect });
    return {
      engine: createOpenAIEngine({ apiKey, baseUrl: simulator.baseUrl, dialect, warn: () => undefined }),
      options: recognition,
      utterance: joined(speech(900), silence(800)),
      dispose: () => simulator.close(),
    };
  });
}

describe.each(others)('a session in the dialect %s', (dialect) => {
  const keys = dialect.startsWith('azure') ? { apiKey } : { apiKey: undefined };

  it.each(dialect.startsWith('azure') ? [{ apiKey }] : [{ apiKey }, { apiKey: undefined }])(
    'with $apiKey mints nothing and says what it is',
    async (key) => {
      const script = ({ index }: { index: number }) => ({ transcript: `text ${index}`, deltas: ['te', 'xt'] });
      const options = { dialect, script, apiKey: key.apiKey };
      const { simulator, open, warnings } = await simulate(options, { ...key, dialect, session: { logprobs: true } });
      const session = await open({ prompt: 'Anka', noiseReduction: 'far_field' });
      const events = collect(session);
      await write(session, joined(speech(600), silence(700)));
      await session.finish();
      expect(textsOf(await events)[0]).toBe('text 0');
      expect((await events)[0]).toMatchObject({ kind: 'hypothesis' });
      expect(warnings).toEqual([]);
      expect(simulator.secretRequests).toEqual([]);
      const { auth } = await simulator.connection(0);
      expect(auth).toBe(key.apiKey === undefined ? 'none' : dialect.startsWith('azure') ? 'api-key' : 'bearer');
    },
  );

  it('has files read too', async () => {
    const { simulator, engine } = await simulate({ dialect, ...keys }, { ...keys, dialect });
    const options = { language: 'sv', model: 'gpt-4o-transcribe', prompt: undefined, words: false };
    const answer = await engine.transcribe?.(ruler(0, 2_400), options, new AbortController().signal);
    expect(answer?.text).toBe('simulated transcription');
    expect(simulator.transcriptionRequests).toHaveLength(1);
  });

  it('is refused by a server of another dialect with a clear error', async () => {
    const { open } = await simulate({ dialect: 'openai' }, { apiKey, dialect });
    if (dialect === 'plain') return void (await open());
    await expect(open()).rejects.toMatchObject({ code: expect.stringMatching(/engine_(refused|auth)/) });
  });
});

describe('a server that wants a key', () => {
  it('refuses a client that has none', async () => {
    const { open } = await simulate({ dialect: 'plain' }, { apiKey: undefined, dialect: 'plain' });
    await expect(open()).rejects.toMatchObject({ code: 'engine_auth' });
  });

  it.each(['openai', 'azure', 'azure-preview'] as const)('of the dialect %s is not even asked', (dialect) => {
    const options = { baseUrl: 'https://api.openai.com/v1', dialect, warn: () => undefined };
    expect(() => createOpenAIEngine(options)).toThrow(TypeError);
  });
});

describe('the dialect that an address speaks', () => {
  it.each([
    ['https://api.openai.com/v1', 'openai', 'wss://api.openai.com/v1/realtime?intent=transcription'],
    ['http://127.0.0.1:8000/v1', 'openai', 'ws://127.0.0.1:8000/v1/realtime?intent=transcription'],
    ['https://r.openai.azure.com', 'azure', 'wss://r.openai.azure.com/openai/v1/realtime?intent=transcription'],
    [
      'https://r.openai.azure.com/openai/v1/',
      'azure',
      'wss://r.openai.azure.com/openai/v1/realtime?intent=transcription',
    ],
    [
      'https://r.openai.azure.com/openai?api-version=2024-10-01-preview',
      'azure-preview',
      'wss://r.openai.azure.com/openai/realtime?api-version=2024-10-01-preview&deployment=m&intent=transcription',
    ],
    ['https://openai.azure.com.example.org', 'openai', undefined],
  ])('%s: %s', (address, name, realtime) => {
    const base = new URL(address);
    const dialect = dialectAt(base);
    expect(dialect.name).toBe(name);
    if (realtime !== undefined) expect(asSocket(dialect.realtime(base, 'm')).href).toBe(realtime);
  });

  it('says the model in the address where servers read it there', () => {
    const base = new URL('http://127.0.0.1:9000/v1');
    for (const name of ['beta', 'plain'] as const) {
      expect(dialectNamed(name).realtime(base, 'a model/of ours').href).toBe(
        'http://127.0.0.1:9000/v1/realtime?intent=transcription&model=a+model%2Fof+ours',
      );
    }
  });
});

describe('a key of another form', () => {
  const hex = '0123456789abcdef0123456789abcdef';

  it('is in no error either, whoever repeats it', async () => {
    const body = JSON.stringify({ error: { message: `No ${hex}.`, type: hex, code: hex, param: `a.${hex}` } });
    const { simulator, open, engine, warnings } = await simulate(
      { dialect: 'azure', apiKey: hex },
      { dialect: 'azure', apiKey: hex },
    );
    simulator.addFault({ kind: 'refuse_upgrade', status: 400, body });
    simulator.addFault({ kind: 'refuse_transcription', status: 400, body });
    simulator.addFault({ kind: 'send', at: 'created', text: JSON.stringify({ type: hex }) });
    const options = { language: 'sv', model: 'gpt-4o-transcribe', prompt: undefined, words: false };
    const thrown = [
      await open().catch((reason: unknown) => reason),
      await engine.transcribe?.(ruler(0, 10), options, new AbortController().signal).catch((reason: unknown) => reason),
    ];
    await open();
    expect(warnings).toHaveLength(1);
    const written = inspect([thrown, warnings], { depth: Number.POSITIVE_INFINITY, showHidden: true });
    expect(written).toContain('[secret]');
    expect(written).not.toContain(hex);
  });
});
