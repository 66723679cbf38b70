import { EngineError, type SessionEvent } from '@live-transcribe/core';
import { rulerAudio } from '@live-transcribe/testkit';
import { describe, expect, it, vi } from 'vitest';
import { closing, converse, finals, kinds, letTimePass, unread } from './support/conversation.ts';

const wordsOf = (events: SessionEvent[]) => events.flatMap((event) => (event.kind === 'words' ? [event] : []));
const never = new Promise<void>(() => undefined);
const noTime = () => false;

describe('words that come after their final', () => {
  it('[W1] are on the timeline, after the final, and counted in what the session used', async () => {
    const { session, events, engine } = converse({ words: true });
    await session.write(rulerAudio(0, 1_200));
    session.finish();
    const seen = await events;
    expect(wordsOf(seen)).toMatchObject([
      { segment: 0, words: [{ text: '0-499', start: 0, end: 500 }] },
      { segment: 1, words: [{ text: '500-999', start: 500, end: 1_000 }] },
      { segment: 2, words: [{ text: '1000-1199', start: 1_000, end: 1_200 }] },
    ]);
    for (const { segment, seq } of wordsOf(seen)) {
      const final = seen.find((event) => event.kind === 'final' && event.segment === segment);
      expect(final).toMatchObject({ seq: expect.toSatisfy((of: number) => of < seq) });
    }
    expect(engine.transcribed).toEqual([500, 500, 200].map((samples) => ({ samples, words: true })));
    expect(closing(seen)).toMatchObject({ usage: { audioSeconds: 1.2 } });
    expect(seen.flatMap((event) => ('seq' in event ? [event.seq] : []))).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
  });

  it('[W2] are not asked for when nobody wants them', async () => {
    const { session, events, engine } = converse();
    await session.write(rulerAudio(0, 600));
    session.finish();
    await events;
    expect(engine.transcribed).toEqual([]);
  });

  it('[W3] are right across connections, also in the midst of a segment', async () => {
    const { session, engine, events } = converse({ words: true, faults: [{ rotateAfter: 700 }] });
    await session.write(rulerAudio(0, 800));
    await vi.waitUntil(() => engine.connections.length === 2);
    await session.write(rulerAudio(1_000, 100));
    session.finish();
    expect(wordsOf(await events).at(-1)?.words).toEqual([
      { text: '500-799', start: 500, end: 800 },
      { text: '1000-1099', start: 800, end: 900 },
    ]);
  });

  it('[W4] hold up no final: at most two are asked for at once, eight wait, then the oldest is left out', async () => {
    const transcriptions = Array.from({ length: 2 }, () => ({ until: never }));
    const { session, engine, seen, clock, events } = converse({ words: true, utteranceMs: 100, transcriptions });
    await session.write(rulerAudio(0, 2_000));
    await vi.waitUntil(() => finals(seen).length === 20);
    expect(engine.transcribed).toHaveLength(2);
    clock.advance(15_000);
    await vi.waitUntil(() => clock.waiting.filter((ms) => ms === 500).length === 2);
    clock.advance(500);
    await vi.waitUntil(() => wordsOf(seen).length === 10);
    session.finish();
    expect(
      wordsOf(await events)
        .map(({ segment }) => segment)
        .sort((a, b) => a - b),
    ).toEqual([0, 1, 12, 13, 14, 15, 16, 17, 18, 19]);
  });

  it('[W5] are asked for once more where that may help, after the time the engine wants', async () => {
    const limited = new EngineError('engine_quota', 'Too many.', { retryAfterMs: 3_000 });
    const conversation = converse({ words: true, transcriptions: [{ error: limited }] });
    await conversation.session.write(rulerAudio(0, 500));
    await conversation.clock.untilWaiting((ms) => ms === 3_000);
    conversation.clock.advance(3_000);
    await vi.waitUntil(() => wordsOf(conversation.seen).length === 1);
    conversation.session.finish();
    await conversation.events;
  });

  it.each([
    ['cannot succeed', new EngineError('engine_auth', 'No.')],
    ['is to be tried much later', new EngineError('engine_quota', 'No.', { retryAfterMs: 16_000 })],
  ])('[W6] are left out where the request %s', async (_, error) => {
    const { session, events, engine } = converse({ words: true, transcriptions: [{ error }] });
    await session.write(rulerAudio(0, 400));
    session.finish();
    expect(kinds(await events)).toEqual(['opened', 'final', 'closed']);
    expect(engine.transcribed).toHaveLength(1);
  });

  it('[W7] are waited for at the end for 5 s, and no timer stays behind', async () => {
    const { session, events, clock } = converse({ words: true, transcriptions: [{ until: never }] });
    await session.write(rulerAudio(0, 400));
    session.finish();
    await clock.untilWaiting((ms) => ms === 5_000);
    clock.advance(5_000);
    expect(kinds(await events)).toEqual(['opened', 'final', 'closed']);
    expect(clock.waiting).toEqual([]);
  });

  it('[W8] do not keep a session that is ended from outside', async () => {
    const conversation = converse({ words: true, transcriptions: [{ until: never }] });
    await conversation.session.write(rulerAudio(0, 600));
    await vi.waitUntil(() => conversation.engine.transcribed.length === 1);
    conversation.ending.abort(new EngineError('engine_lost', 'Enough.'));
    expect(closing(await letTimePass(conversation, noTime))).toMatchObject({ error: { message: 'Enough.' } });
    expect(conversation.clock.waiting).toEqual([]);
  });

  it('[W9] do not keep a session whose reader has left', async () => {
    const { session, engine, clock } = unread({ words: true, transcriptions: [{ until: never }] });
    await session.write(rulerAudio(0, 600));
    for await (const event of session.events()) if (event.kind === 'final') break;
    await vi.waitUntil(() => clock.waiting.length === 0);
    expect(engine.connections[0]?.events.ended).toBe(true);
    await session.write(rulerAudio(600, 100));
    expect(session.received).toBe(600);
  });
});
