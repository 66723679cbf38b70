import { EngineError } from '@live-transcribe/core';
import type { SimulatorFault } from '@live-transcribe/realtime-simulator';
import { describe, expect, it } from 'vitest';
import { createOpenAIEngine } from '../src/index.ts';
import { joined, silence, speech } from './support/audio.ts';
import {
  apiKey,
  collect,
  expectNoSecret,
  failureOf,
  recognition,
  simulate,
  textsOf,
  write,
} from './support/simulated.ts';

interface Expected {
  readonly code: string;
  readonly retryable: boolean;
  /** A part of the sentence; any sentence when absent. */
  readonly message?: string;
  readonly retryAfterMs?: number;
}

const auth = { code: 'engine_auth', retryable: false };
const refused = { code: 'engine_refused', retryable: false };
const busy = { code: 'engine_quota', retryable: true };
const broke = { code: 'engine_quota', retryable: false };
const unreachable = { code: 'engine_unreachable', retryable: true };
/** The key was good enough to mint the secret. */
const refusedSecret = { ...unreachable, message: expect.stringContaining('secret') };
const lost = { code: 'engine_lost', retryable: true };
const late = { code: 'engine_timeout', retryable: true };

/** As the service words it, with what it should never have repeated. */
const said = `Words of the service about ${apiKey} and sk-proj-****6789.`;
const input = 'session.audio.input';
const body = (code: string | null, message = said, param: string | null = null) =>
  JSON.stringify({ error: { message, type: 'some_error', code, param } });
const error = (code: string | null) => ({ type: 'some_error', code, message: said, param: null });
const html = '<!doctype html><title>Welcome to the hotel</title>';

const atOpening: readonly (readonly [string, SimulatorFault, Expected])[] = [
  ['401 for the secret', { kind: 'refuse_secret', status: 401, body: body('invalid_api_key') }, auth],
  ['403 for the secret', { kind: 'refuse_secret', status: 403, body: body(null) }, auth],
  ['403 for the model', { kind: 'refuse_secret', status: 403, body: body('model_not_found') }, refused],
  ['404 for the model', { kind: 'refuse_secret', status: 404, body: body('model_not_found') }, refused],
  ['400', { kind: 'refuse_secret', status: 400, body: body('invalid_value') }, refused],
  ['a rate limit', { kind: 'refuse_secret', status: 429, body: body('rate_limit_exceeded') }, busy],
  ['429 with no code', { kind: 'refuse_secret', status: 429, body: '' }, busy],
  ['no credit', { kind: 'refuse_secret', status: 429, body: body('insufficient_quota') }, broke],
  ['500', { kind: 'refuse_secret', status: 500, body: body(null) }, unreachable],
  ['503 with a page', { kind: 'refuse_secret', status: 503, body: html }, unreachable],
  ['200 with a page', { kind: 'refuse_secret', status: 200, body: html }, refused],
  ['200 with other JSON', { kind: 'refuse_secret', status: 200, body: '{"value":7}' }, refused],
  ['a secret no header can carry', { kind: 'refuse_secret', status: 200, body: '{"value":"a\\nb"}' }, refused],
  ['a redirect', { kind: 'refuse_secret', status: 307, body: '', headers: { location: '/elsewhere' } }, refused],
  [
    'a region that is not served',
    { kind: 'refuse_secret', status: 403, body: body('unsupported_country_region_territory') },
    { ...refused, message: expect.stringContaining('region') },
  ],
  [
    'an organisation to be verified',
    {
      kind: 'refuse_secret',
      status: 404,
      body: body('model_not_found', 'Your organization must be verified to use the model `gpt-x`.'),
    },
    { ...refused, message: expect.stringContaining('verified') },
  ],
  [
    'a language that is none',
    { kind: 'refuse_secret', status: 400, body: body('invalid_value', said, `${input}.transcription.language`) },
    { ...refused, message: expect.stringContaining('"language"') },
  ],
  [
    'a prompt too long, told by an event',
    { kind: 'refuse_update', error: { ...error('string_above_max_length'), param: `${input}.transcription.prompt` } },
    { ...refused, message: expect.stringContaining('"prompt"') },
  ],
  [
    'something nobody should repeat',
    { kind: 'refuse_secret', status: 400, body: body('invalid_value', said, `${input}.${apiKey}`) },
    refused,
  ],
  [
    'a wait by a header',
    { kind: 'refuse_secret', status: 429, body: body(null), headers: { 'retry-after': '20' } },
    { ...busy, retryAfterMs: 20_000 },
  ],
  [
    'a wait for the socket',
    { kind: 'refuse_upgrade', status: 503, body: html, headers: { 'retry-after': '3' } },
    { ...unreachable, retryAfterMs: 3_000 },
  ],
  [
    'a wait by words',
    {
      kind: 'send_error',
      at: 'opened',
      error: { ...error('rate_limit_exceeded'), message: 'Please try again in 1.5s.' },
    },
    { ...busy, retryAfterMs: 1_500 },
  ],
  ['a secret that has expired', { kind: 'expired_secret' }, refusedSecret],
  ['a secret that is not known', { kind: 'refuse_upgrade', status: 401, body: body('invalid_api_key') }, refusedSecret],
  ['401 for the socket', { kind: 'refuse_upgrade', status: 401, body: body(null) }, refusedSecret],
  [
    'a secret refused by an event',
    { kind: 'send_error', at: 'opened', error: error('invalid_api_key'), close: 3_000 },
    refusedSecret,
  ],
  ['403 for the model of the socket', { kind: 'refuse_upgrade', status: 403, body: body('model_not_found') }, refused],
  ['429 for the socket', { kind: 'refuse_upgrade', status: 429, body: body('rate_limit_exceeded') }, busy],
  ['502 for the socket', { kind: 'refuse_upgrade', status: 502, body: html }, unreachable],
  ['a page for the socket', { kind: 'refuse_upgrade', status: 200, body: html }, refused],
  ['a socket that dies at once', { kind: 'drop', at: 'opened' }, lost],
  ['a close before the session is set up', { kind: 'close', at: 'created', code: 1011 }, lost],
  ['refused settings', { kind: 'refuse_update', error: error('invalid_value') }, refused],
  ['a refused model', { kind: 'refuse_update', error: error('model_not_found') }, refused],
  ['no credit, told by an event', { kind: 'send_error', at: 'opened', error: error('insufficient_quota') }, broke],
  ['silence for the secret', { kind: 'stall_secret' }, late],
  ['silence for the socket', { kind: 'stall_upgrade' }, late],
  ['silence before session.created', { kind: 'stall', at: 'opened' }, late],
  ['silence before session.updated', { kind: 'stall', at: 'created' }, late],
];

describe('what goes wrong at opening has its code', () => {
  it.each(atOpening)('%s', async (_name, fault, expected) => {
    const { open } = await simulate({ faults: [fault] }, expected === late ? { connectTimeoutMs: 500 } : {});
    expectEngineError(await open().catch((reason: unknown) => reason), expected);
    // The next attempt is not the worse for it; where the time is short a slow machine might still be late again.
    if (expected !== late) await open();
  });

  it('a wrong key, which the service repeats in part', async () => {
    const { open } = await simulate({ apiKey: 'sk-another' });
    expectEngineError(await open().catch((reason: unknown) => reason), auth);
  });

  it('a model that the account has not got', async () => {
    const { open } = await simulate({ models: ['whisper-1'] });
    expectEngineError(await open().catch((reason: unknown) => reason), refused);
  });

  it('nobody there, no such name, and no TLS', async () => {
    const { simulator } = await simulate();
    const plain = simulator.baseUrl.replace('http:', 'https:');
    for (const baseUrl of ['http://127.0.0.1:1/v1', 'http://nowhere.invalid/v1', plain]) {
      const engine = createOpenAIEngine({ apiKey, baseUrl, warn: () => undefined });
      const opening = engine.open(recognition, new AbortController().signal);
      expectEngineError(await opening.catch((reason: unknown) => reason), unreachable);
      await engine.close();
    }
  });
});

const midway = { samples: 12_000 };
const inUtterance = { speechStarted: 0 };
const whileOpen: readonly (readonly [string, SimulatorFault, Expected])[] = [
  ['a close', { kind: 'close', at: midway, code: 1000, reason: 'bye' }, lost],
  ['a close in an utterance', { kind: 'close', at: inUtterance, code: 1011 }, lost],
  ['a dropped connection', { kind: 'drop', at: inUtterance }, lost],
  ['the end of the hour', { kind: 'expire_session', at: midway }, lost],
  ['no credit', { kind: 'send_error', at: midway, error: error('insufficient_quota') }, broke],
  ['a rate limit', { kind: 'send_error', at: midway, error: error('rate_limit_exceeded') }, busy],
  ['a key withdrawn', { kind: 'send_error', at: midway, error: error('invalid_api_key'), close: 1008 }, auth],
  ['an event of 30 MB', { kind: 'send', at: midway, text: JSON.stringify({ type: 'x'.repeat(30_000_000) }) }, lost],
  ['a message of 5 MB', { kind: 'send', at: midway, text: `"${'x'.repeat(5_000_000)}"` }, lost],
];

describe('what goes wrong in an open session ends its events with its code', () => {
  it.each(whileOpen)('%s', async (_name, fault, expected) => {
    const { open } = await simulate({ faults: [fault] });
    const session = await open();
    const failure = failureOf(session);
    await write(session, speech(1_000));
    expectEngineError(await failure, expected);
    await session.write(speech(100));
    await session.commit();
    await session.clear();
    await session.finish();
  });

  it('a close while the last texts are awaited', async () => {
    const { simulator, open } = await simulate({
      faults: [{ kind: 'hold_item', item: 0, part: 'text', until: new Promise(() => undefined) }],
    });
    const session = await open();
    const failure = failureOf(session);
    await write(session, speech(500));
    await session.finish();
    const connection = await simulator.connection(0);
    await connection.sent('input_audio_buffer.committed');
    connection.terminate();
    expectEngineError(await failure, lost);
  });
});

describe('what the session outlives is warned about', () => {
  const unknown = '{"type":"input_audio_buffer.sung","event_id":"event_x","note":"c"}';
  it.each([
    ['an error that leaves it open', { kind: 'send_error', at: midway, error: error('server_hiccup') }, 1],
    ['an unknown event, twice', { kind: 'send', at: midway, text: unknown, times: 2 }, 2],
    ['what is no JSON', { kind: 'send', at: midway, text: `{"type": ${apiKey}` }, 1],
    ['a page', { kind: 'send', at: midway, text: html }, 1],
    ['JSON that is no event', { kind: 'send', at: midway, text: '[1,2]' }, 1],
    ['null', { kind: 'send', at: midway, text: 'null' }, 1],
    ['an event named like a member of every object', { kind: 'send', at: midway, text: '{"type":"toString"}' }, 1],
    [
      'a known event without its members',
      { kind: 'send', at: midway, text: '{"type":"input_audio_buffer.committed"}' },
      1,
    ],
    ['an event that nobody needs', { kind: 'send', at: midway, text: '{"type":"rate_limits.updated"}' }, 0],
  ] as const)('%s', async (_name, fault, warned) => {
    const { open, warnings } = await simulate({ faults: [fault] });
    const session = await open();
    const events = collect(session);
    await write(session, joined(speech(800), silence(600)));
    await session.finish();
    expect(textsOf(await events)).toContain('simulated utterance 1');
    expect(warnings).toHaveLength(warned);
  });

  it('once for each type, with their number at the end', async () => {
    const { open, warnings } = await simulate({ faults: [{ kind: 'send', at: midway, text: unknown, times: 3 }] });
    const session = await open();
    const events = collect(session);
    await write(session, speech(800));
    await session.finish();
    await events;
    expect(warnings).toMatchObject([
      { details: { type: 'input_audio_buffer.sung' } },
      { details: { counts: { 'unknown input_audio_buffer.sung': 3 } } },
    ]);
  });
});

describe('what can be no key and no address is refused at once', () => {
  it.each([
    { apiKey: '', baseUrl: 'https://api.openai.com/v1' },
    { apiKey: 'sk-with a space', baseUrl: 'https://api.openai.com/v1' },
    { apiKey: 'sk-with-a-line-break\n', baseUrl: 'https://api.openai.com/v1' },
    { apiKey, baseUrl: 'api.openai.com/v1' },
    { apiKey, baseUrl: 'ws://api.openai.com/v1' },
  ])('$apiKey at $baseUrl', (options) => {
    expect(() => createOpenAIEngine({ ...options, warn: () => undefined })).toThrow(TypeError);
  });
});

/** A sentence for people on the outside, the service's own words as its cause, and a secret in neither. */
function expectEngineError(thrown: unknown, expected: Expected): void {
  expect(thrown).toBeInstanceOf(EngineError);
  expect(thrown).toMatchObject(expected);
  expect(thrown).toHaveProperty('message', expect.not.stringContaining('Words of the service'));
  expectNoSecret(thrown);
}
