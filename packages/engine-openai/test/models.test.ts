import { describe, expect, it } from 'vitest';
import { sessionWishes } from '../src/session-settings.ts';
import { sessionPlan } from '../src/transcription-session.ts';
import { recognition, simulate } from './support/simulated.ts';

const every = {
  prompt: 'Kalle Anka',
  keywords: ['Anka'],
  languages: ['sv', 'en'],
  delay: 'low',
} as const;

const gateway = { service: true, gateway: true };
const alone = { service: true, gateway: false };
const plan = (model: string, options: object = {}, means = gateway, defaults: object = {}) =>
  sessionPlan(sessionWishes({ ...recognition, model, ...options }, defaults), means);

const taken: readonly (readonly [model: string, options: readonly string[], leftOut: readonly string[]])[] = [
  ['gpt-4o-transcribe', ['prompt'], ['delay', 'keywords', 'languages']],
  ['gpt-4o-mini-transcribe-2025-12-15', ['prompt'], ['delay', 'keywords', 'languages']],
  ['whisper-1', ['prompt'], ['delay', 'keywords', 'languages', 'logprobs']],
  ['gpt-transcribe', ['prompt', 'keywords', 'languages'], ['delay']],
  ['gpt-live-transcribe', ['prompt', 'keywords', 'languages'], ['delay']],
  ['gpt-4o-transcribe-diarize', [], ['prompt', 'delay', 'keywords', 'languages', 'logprobs']],
  ['gpt-realtime-whisper', ['delay'], ['prompt', 'keywords', 'languages', 'logprobs']],
  ['gpt-realtime-whisper-2027-01-31', ['delay'], ['prompt', 'keywords', 'languages', 'logprobs']],
  ['a-model-of-the-future', ['prompt'], ['delay', 'keywords', 'languages']],
];

describe('a model is asked for what it takes', () => {
  it.each(taken)('%s takes %j', (model, options, leftOut) => {
    const { request, leftOut: left } = plan(model, every, gateway, { logprobs: true });
    const { model: _, language, ...rest } = request.audio?.input?.transcription ?? {};
    expect(Object.keys(rest).sort()).toEqual([...options].sort());
    expect(language).toBe('sv');
    expect(left).toEqual(leftOut);
    expect(request.include !== undefined).toBe(!leftOut.includes('logprobs'));
  });

  it.each(taken)('%s has its options taken by the service as it is', async (model) => {
    const { simulator, open, warnings } = await simulate(
      {},
      { session: { ...every, logprobs: true, noiseReduction: 'near_field' } },
    );
    await open({ model });
    await open({ model });
    const { clientEvents } = await simulator.connection(0);
    expect(clientEvents[0]?.event).toHaveProperty('session.audio.input.noise_reduction', { type: 'near_field' });
    // Each option once, however many sessions leave it out.
    const options = warnings.map(({ details }) => details['option']);
    expect(new Set(options).size).toBe(options.length);
  });

  it('asks for nothing that nobody wished for', () => {
    const { request, leftOut } = plan('whisper-1');
    expect(request.audio?.input?.transcription).toEqual({ model: 'whisper-1', language: 'sv' });
    expect(request).not.toHaveProperty('include');
    expect(leftOut).toEqual([]);
  });

  it('lets a session overrule its deployment', () => {
    const defaults = { prompt: 'theirs', noiseReduction: 'far_field', turns: { kind: 'none' } } as const;
    const own = { prompt: 'ours', noiseReduction: 'off', turns: { kind: 'semantic_vad', eagerness: 'low' } };
    const overruled = plan('gpt-4o-transcribe', own, gateway, defaults).request.audio?.input;
    expect(overruled).toMatchObject({
      transcription: { prompt: 'ours' },
      turn_detection: { type: 'semantic_vad', eagerness: 'low' },
    });
    expect(overruled).not.toHaveProperty('noise_reduction');
    const left = plan('gpt-4o-transcribe', {}, gateway, defaults).request.audio?.input;
    expect(left).toMatchObject({ noise_reduction: { type: 'far_field' }, turn_detection: null });
  });
});

describe('who ends utterances', () => {
  const server = { kind: 'server_vad', threshold: 0.7, prefixPaddingMs: 200, silenceDurationMs: 900 } as const;
  const asServer = { type: 'server_vad', threshold: 0.7, prefix_padding_ms: 200, silence_duration_ms: 900 };
  it.each([
    ['gpt-4o-transcribe', undefined, gateway, { type: 'server_vad' }, 'service'],
    ['gpt-4o-transcribe', server, gateway, asServer, 'service'],
    ['gpt-live-transcribe', { kind: 'semantic_vad' }, alone, { type: 'semantic_vad', eagerness: 'auto' }, 'service'],
    ['gpt-4o-transcribe', { kind: 'gateway_vad', silenceDurationMs: 300 }, gateway, null, 'gateway'],
    [
      'gpt-4o-transcribe',
      { kind: 'gateway_vad', silenceDurationMs: 300 },
      alone,
      { silence_duration_ms: 300 },
      'service',
    ],
    ['gpt-4o-transcribe', { kind: 'none' }, gateway, null, 'commits'],
    ['gpt-realtime-whisper', undefined, gateway, null, 'gateway'],
    ['gpt-realtime-whisper', server, gateway, null, 'gateway'],
    ['gpt-realtime-whisper', undefined, alone, null, 'commits'],
    ['gpt-4o-transcribe', undefined, { service: false, gateway: true }, null, 'gateway'],
    ['gpt-realtime-whisper', { kind: 'none' }, gateway, null, 'commits'],
  ] as const)('of %s, asked for %j, given %j', (model, turns, means, turnDetection, by) => {
    const { request, turns: taking } = plan(model, turns && { turns }, means);
    const asked = request.audio?.input?.turn_detection;
    if (turnDetection === null) expect(asked).toBeNull();
    else expect(asked).toMatchObject(turnDetection);
    expect(taking.by).toBe(by);
  });
});
