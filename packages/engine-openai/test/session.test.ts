import { EngineError } from '@live-transcribe/core';
import { describe, expect, it } from 'vitest';
import { joined, rate, ruler, silence, speech } from './support/audio.ts';
import { collect, simulate, textsOf, write } from './support/simulated.ts';

const completed = 'conversation.item.input_audio_transcription.completed';
const delta = 'conversation.item.input_audio_transcription.delta';

describe('a session with the service', () => {
  it('opens with an ephemeral secret and the settings asked for', async () => {
    const { simulator, open } = await simulate();
    await open({ prompt: 'Kalle Anka' });
    const connection = await simulator.connection(0);
    const session = {
      type: 'transcription',
      audio: {
        input: {
          format: { type: 'audio/pcm', rate },
          transcription: { model: 'gpt-4o-transcribe', language: 'sv', prompt: 'Kalle Anka' },
          turn_detection: { type: 'server_vad', threshold: 0.5, prefix_padding_ms: 300, silence_duration_ms: 500 },
        },
      },
    };
    expect(simulator.secretRequests.map(({ request }) => request)).toMatchObject([{ session }]);
    expect(connection.clientEvents.map(({ event }) => event)).toEqual([{ type: 'session.update', session }]);
    expect(connection.auth).toBe('bearer');
  });

  it.each([
    { model: 'gpt-4o-transcribe-diarize', language: 'sv', turnDetection: { type: 'server_vad' } },
    { model: 'gpt-realtime-whisper', language: 'sv', turnDetection: null },
    { model: 'a-model-of-the-future', language: undefined, turnDetection: { type: 'server_vad' } },
  ])('asks of $model only what it takes', async ({ model, language, turnDetection }) => {
    const { simulator, open } = await simulate();
    await open({ model, language, prompt: model.startsWith('a-') ? undefined : 'not for this model' });
    const { clientEvents } = await simulator.connection(0);
    const event: unknown = clientEvents[0]?.event;
    expect(event).toMatchObject({ session: { audio: { input: { turn_detection: turnDetection } } } });
    expect(event).toHaveProperty('session.audio.input.transcription', { model, ...(language && { language }) });
  });

  it('sends every sample once and in order, one event for each write', async () => {
    const { simulator, open } = await simulate();
    const session = await open();
    const sizes = [2_400, 1, 4_799, 30_000, 0, 2_400];
    let at = 0;
    for (const size of sizes) {
      const samples = ruler(at, size);
      await session.write(samples);
      // The memory is the caller's again.
      samples.fill(0);
      at += size;
    }
    const connection = await simulator.connection(0);
    await connection.heardAtLeast(at);
    expect(connection.recording).toEqual(ruler(0, at));
    const appends = connection.clientEvents.filter(({ type }) => type === 'input_audio_buffer.append');
    expect(appends).toHaveLength(sizes.length - 1);
  });

  it('splits a write that no event could hold', async () => {
    const { simulator, open } = await simulate({ recordSamples: 10_000_000 });
    const session = await open();
    await session.write(ruler(0, 3_000_000));
    const connection = await simulator.connection(0);
    await connection.heardAtLeast(3_000_000);
    expect(Buffer.from(connection.recording.buffer, 0, 6_000_000).equals(Buffer.from(ruler(0, 3_000_000).buffer))).toBe(
      true,
    );
    expect(connection.clientEvents.filter(({ type }) => type === 'input_audio_buffer.append')).toHaveLength(3);
  });

  it('tells partials as whole texts, then the final, then what is settled', async () => {
    const { open } = await simulate({
      script: () => ({ deltas: ['Hej', ' på', ' dej'], transcript: 'Hej på dig!' }),
    });
    const session = await open();
    const reader = session.events[Symbol.asyncIterator]();
    await write(session, joined(silence(500), speech(1_000), silence(600)));
    const span = { start: 200, end: 2_000 };
    const seen = [];
    for (let item = await reader.next(); !item.done; item = await reader.next()) {
      seen.push(item.value);
      if (item.value.kind === 'settled') break;
    }
    expect(seen.at(-3)).toEqual({ kind: 'hypothesis', ...span, text: 'Hej på dej', vendorEvent: delta });
    const usage = { inputTokens: 18, outputTokens: 3 };
    expect(seen.at(-2)).toEqual({ kind: 'utterance', ...span, text: 'Hej på dig!', usage, vendorEvent: completed });
    expect(seen.at(-1)).toEqual({ kind: 'settled', through: span.end });
    await session.finish();
  });

  it('keeps the order of speech when items complete out of order', async () => {
    const { simulator, open } = await simulate({
      script: ['first', 'second', 'third'],
      faults: [
        { kind: 'complete_after', item: 0, after: 2 },
        { kind: 'complete_after', item: 1, after: 0 },
      ],
    });
    const session = await open();
    const events = collect(session);
    for (let count = 0; count < 3; count += 1) await write(session, joined(speech(600), silence(600)));
    await (await simulator.connection(0)).sent(completed, 3);
    await session.finish();
    expect(textsOf(await events).slice(0, 3)).toEqual(['first', 'second', 'third']);
  });

  it('goes on after an utterance that failed', async () => {
    const error = { type: 'server_error', message: 'Internal words of the service.', code: 'audio_unintelligible' };
    const { open } = await simulate({ script: ['', 'second'], faults: [{ kind: 'fail_item', item: 0, error }] });
    const session = await open();
    const events = collect(session);
    for (let count = 0; count < 2; count += 1) await write(session, joined(speech(600), silence(600)));
    await session.finish();
    const seen = await events;
    const failed = seen.find((event) => event.kind === 'failed');
    expect(failed?.error).toBeInstanceOf(EngineError);
    expect(failed?.error).toMatchObject({ code: 'utterance_failed', cause: { message: error.message } });
    expect(failed?.error.message).not.toContain(error.message);
    expect(textsOf(seen)).toContain('second');
  });

  it('tells the failure of an outcome that it cannot read, in its turn', async () => {
    const text = JSON.stringify({ type: completed, event_id: 'event_x', item_id: 'item_0_3', transcript: 7 });
    const { simulator, open, warnings } = await simulate({
      script: ['lost', 'second'],
      faults: [
        { kind: 'hold_item', item: 0, part: 'text', until: new Promise(() => undefined) },
        { kind: 'send', at: { speechStarted: 1 }, text },
      ],
    });
    const session = await open();
    const events = collect(session);
    await write(session, joined(speech(600), silence(600)));
    const connection = await simulator.connection(0);
    const committed = await connection.sent('input_audio_buffer.committed');
    expect(committed).toMatchObject({ item_id: 'item_0_3' });
    await write(session, joined(speech(600), silence(600)));
    await session.finish();
    expect((await events).flatMap(({ kind }) => (kind === 'failed' || kind === 'utterance' ? [kind] : []))).toEqual([
      'failed',
      'utterance',
      'utterance',
    ]);
    expect(warnings).toHaveLength(1);
  });
});

describe('commit', () => {
  it('is sent only where there is enough to commit', async () => {
    const { simulator, open, warnings } = await simulate();
    const session = await open({ model: 'gpt-realtime-whisper' });
    const events = collect(session);
    await session.commit();
    await session.write(speech(99));
    await session.commit();
    await session.write(speech(1));
    await session.commit();
    await session.commit();
    await session.write(speech(50));
    await session.commit();
    await session.finish();
    await events;
    const connection = await simulator.connection(0);
    const types = connection.clientEvents.map(({ type }) => type);
    expect(types.filter((type) => type === 'input_audio_buffer.commit')).toHaveLength(1);
    expect(warnings).toEqual([]);
  });

  it('ends utterances by itself where the model detects no turns, with times by the samples given', async () => {
    const { open } = await simulate({ script: ['one', 'two'] });
    const session = await open({ model: 'gpt-realtime-whisper' });
    const events = collect(session);
    await write(session, speech(1_000));
    await session.commit();
    await write(session, joined(silence(200), speech(500)));
    await session.finish();
    const seen = (await events).filter((event) => event.kind === 'utterance');
    expect(seen).toMatchObject([
      { start: 0, end: 1_000, text: 'one' },
      { start: 1_000, end: 1_700, text: 'two' },
    ]);
  });

  it('means no harm when the service was quicker', async () => {
    // The service takes the audio at the same moment: its answer to us is that nothing is left.
    const error = {
      type: 'invalid_request_error',
      code: 'input_audio_buffer_commit_empty',
      message: 'Empty.',
      param: null,
    };
    const { open, warnings } = await simulate({ faults: [{ kind: 'refuse_commit', error }] });
    const session = await open();
    const events = collect(session);
    await write(session, joined(speech(600), silence(600)));
    await session.finish();
    expect(textsOf(await events)).toEqual(['simulated utterance 1']);
    expect(warnings).toEqual([]);
  });

  it('that is refused leaves a failed utterance, never silence about its audio', async () => {
    const error = { type: 'server_error', code: 'no_idea', message: 'Try later.', param: null };
    const { open, warnings } = await simulate({ faults: [{ kind: 'refuse_commit', error }] });
    const session = await open();
    const events = collect(session);
    await write(session, speech(600));
    await session.finish();
    expect(await events).toMatchObject([
      { kind: 'failed', start: 0, end: 600, error: { code: 'utterance_failed' } },
      { kind: 'settled', through: 600 },
    ]);
    expect(warnings).toHaveLength(1);
  });
});

describe('clear', () => {
  it('drops items begun before it, although their texts come later, and keeps those after it', async () => {
    let release: (value?: unknown) => void = () => undefined;
    const until = new Promise((resolve) => {
      release = resolve;
    });
    const { simulator, open } = await simulate({
      script: ['cleared', 'kept'],
      faults: [{ kind: 'hold_item', item: 0, part: 'completion', until }],
    });
    const session = await open();
    const events = collect(session);
    await write(session, joined(speech(600), silence(600)));
    const connection = await simulator.connection(0);
    await connection.sent('input_audio_buffer.committed');
    await session.clear();
    await write(session, joined(speech(600), silence(600)));
    await connection.sent('input_audio_buffer.committed', 2);
    release();
    await connection.sent(completed, 2);
    await session.finish();
    const about = (await events).filter((event) => 'end' in event && event.end > 1_200);
    expect(textsOf(await events)).toContain('kept');
    expect(textsOf(await events)).not.toContain('cleared');
    for (const event of about)
      expect(event).toHaveProperty(
        'start',
        expect.toSatisfy((start) => start >= 1_200),
      );
  });

  it('in the middle of an utterance keeps what is said after it', async () => {
    const { simulator, open } = await simulate({ script: ['the rest'] });
    const session = await open();
    const events = collect(session);
    await write(session, speech(600));
    await (await simulator.connection(0)).sent('input_audio_buffer.speech_started');
    await session.clear();
    await write(session, joined(speech(600), silence(600)));
    await session.finish();
    const [first] = (await events).filter((event) => event.kind === 'utterance');
    expect(first).toMatchObject({ text: 'the rest', start: 600 });
  });
});

describe('finish', () => {
  it.each([
    { given: 'speech without a pause', audio: speech(500), commits: 1 },
    { given: 'nothing but digital silence', audio: silence(5_000), commits: 0 },
    { given: 'less than the service takes', audio: speech(99), commits: 0 },
    { given: 'nothing', audio: silence(0), commits: 0 },
  ])('after $given commits $commits times', async ({ audio, commits }) => {
    const { simulator, open } = await simulate();
    const session = await open();
    const events = collect(session);
    await write(session, audio);
    await session.finish();
    expect(textsOf(await events)).toHaveLength(commits);
    const connection = await simulator.connection(0);
    expect((await connection.closed).code).toBe(1_000);
    expect(connection.clientEvents.filter(({ type }) => type === 'input_audio_buffer.commit')).toHaveLength(commits);
    expect(connection.heard).toBe(audio.length);
  });

  it('waits for the texts that the service owes', async () => {
    let release: (value?: unknown) => void = () => undefined;
    const until = new Promise((resolve) => {
      release = resolve;
    });
    const { simulator, open } = await simulate({
      script: ['late'],
      faults: [{ kind: 'hold_item', item: 0, part: 'text', until }],
    });
    const session = await open();
    const order: string[] = [];
    const events = collect(session).finally(() => order.push('ended'));
    await write(session, speech(500));
    await session.finish();
    await (await simulator.connection(0)).sent('input_audio_buffer.committed');
    order.push('released');
    release();
    expect(textsOf(await events)).toEqual(['late']);
    expect(order).toEqual(['released', 'ended']);
  });
});
