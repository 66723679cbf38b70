import { streamMs } from '@live-transcribe/audio';
import { describe, expect, it } from 'vitest';
import { completion } from '../src/outcome.ts';
import { bySpeaker } from '../src/speakers.ts';
import { joined, silence, speech } from './support/audio.ts';
import { collect, simulate, write } from './support/simulated.ts';

const completed = { type: 'conversation.item.input_audio_transcription.completed', item_id: 'a' } as const;

describe('what comes with a text', () => {
  it('is the confidence: the geometric mean of the probabilities of its tokens', () => {
    const logprobs = [0.9, 0.4].map((probability) => ({ logprob: Math.log(probability) }));
    expect(completion({ ...completed, transcript: 'a b', logprobs })).toHaveProperty(
      'confidence',
      expect.closeTo(Math.sqrt(0.36), 10),
    );
    expect(completion({ ...completed, transcript: 'a', logprobs: [{ logprob: 0.01 }] })).toHaveProperty(
      'confidence',
      1,
    );
    for (const none of [undefined, null, []]) {
      expect(completion({ ...completed, transcript: 'a', logprobs: none })).not.toHaveProperty('confidence');
    }
  });

  it('is the bill, by tokens or by seconds', () => {
    const usageOf = (usage: object) => completion({ ...completed, transcript: '', usage });
    expect(usageOf({ input_tokens: 7, output_tokens: 2 })).toHaveProperty('usage', { inputTokens: 7, outputTokens: 2 });
    expect(usageOf({ seconds: 1.5 })).toHaveProperty('usage', { audioSeconds: 1.5 });
    expect(usageOf({})).not.toHaveProperty('usage');
  });

  it.each([
    ['gpt-4o-transcribe', { inputTokens: 20, outputTokens: 2 }, Math.exp(-0.5)],
    ['whisper-1', { audioSeconds: expect.closeTo(2, 0) }, undefined],
  ])('reaches the utterance: %s', async (model, usage, confidence) => {
    const { open } = await simulate(
      { script: () => ({ transcript: 'two words', logprobs: [-0.4, -0.6] }) },
      { session: { logprobs: true } },
    );
    const session = await open({ model });
    const events = collect(session);
    await write(session, joined(silence(200), speech(1_300), silence(500)));
    await session.finish();
    const [utterance] = (await events).filter(({ kind }) => kind === 'utterance');
    expect(utterance).toMatchObject({ text: 'two words', usage });
    if (confidence === undefined) expect(utterance).not.toHaveProperty('confidence');
    else expect(utterance).toHaveProperty('confidence', expect.closeTo(confidence, 10));
  });

  it('does no harm when it cannot be read', async () => {
    const text = JSON.stringify({ ...completed, transcript: 'kept', usage: 'much', logprobs: [{ logprob: 'high' }] });
    const { open, warnings } = await simulate({
      script: [''],
      faults: [{ kind: 'send', at: { speechStarted: 0 }, text }],
    });
    const session = await open();
    const events = collect(session);
    await write(session, joined(speech(600), silence(700)));
    await session.finish();
    expect((await events)[0]).toMatchObject({ kind: 'utterance', text: 'kept' });
    expect(warnings).toEqual([]);
  });
});

const span = { start: streamMs(10_000), end: streamMs(14_000) };
const said = (text: string, speaker: string, startMs: number, endMs: number) => ({ text, speaker, startMs, endMs });

describe('an item by speaker', () => {
  it.each([
    [
      'seconds since the item began',
      'Hi. Hello you.',
      [said('Hi.', 'A', 100, 900), said('Hello', 'B', 1_000, 1_800), said(' you.', 'B', 1_800, 2_500)],
      ['A 10100-10900 Hi.', 'B 11000-12500 Hello you.'],
    ],
    [
      'seconds since the session began',
      'Hi. Hello.',
      [said('Hi.', 'A', 10_100, 10_900), said('Hello.', 'B', 11_000, 12_500)],
      ['A 10100-10900 Hi.', 'B 11000-12500 Hello.'],
    ],
    [
      'out of order, overlapping, and beyond the end',
      'Hi. Hello.',
      [said('Hello.', 'B', 800, 4_300), said('Hi.', 'A', 0, 1_000)],
      ['A 10000-11000 Hi.', 'B 11000-14000 Hello.'],
    ],
    ['one speaker', 'Hi there.', [said('Hi there.', 'A', 0, 900)], ['A 10000-10900 Hi there.']],
    ['no segments', 'Hi.', [], ['? 10000-14000 Hi.']],
    ['a word missing in the segments', 'Hi there.', [said('Hi', 'A', 0, 900)], ['A 10000-14000 Hi there.']],
    [
      'a word missing in the segments of two',
      'Hi there. Hello.',
      [said('Hi', 'A', 0, 900), said('Hello.', 'B', 900, 1_500)],
      ['? 10000-14000 Hi there. Hello.'],
    ],
  ])('%s', (_name, transcript, segments, told) => {
    const parts = bySpeaker(transcript, segments, span);
    expect(parts.map(({ speaker = '?', start, end, text }) => `${speaker} ${start}-${end} ${text}`)).toEqual(told);
  });

  it('is as many utterances, settled and billed as one', async () => {
    const segments = [
      { text: 'Who is it?', speaker: 'A', start: 0.3, end: 0.8 },
      { text: ' Me.', speaker: 'B', start: 0.9, end: 1.3 },
    ];
    const { open } = await simulate({ script: () => ({ transcript: 'Who is it? Me.', segments }) });
    const session = await open({ model: 'gpt-4o-transcribe-diarize' });
    const events = collect(session);
    await write(session, joined(silence(500), speech(1_000), silence(500)));
    await session.finish();
    const told = (await events).filter(({ kind }) => kind !== 'hypothesis').slice(0, 3);
    expect(told).toMatchObject([
      { kind: 'utterance', speaker: 'A', text: 'Who is it?', start: 500, end: 1_000, usage: { inputTokens: 18 } },
      { kind: 'utterance', speaker: 'B', text: 'Me.', start: 1_100, end: 1_500 },
      { kind: 'settled', through: 2_000 },
    ]);
    expect(told[1]).not.toHaveProperty('usage');
  });
});
