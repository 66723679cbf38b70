import { EngineError } from '@live-transcribe/core';
import { type RulerFault, rulerAudio, seeded } from '@live-transcribe/testkit';
import { describe, expect, it, vi } from 'vitest';
import { closing, converse, expectCovered, finals, kinds, letTimePass, writeRuler } from './support/conversation.ts';

const refused = { openError: new EngineError('engine_unreachable', 'Nobody is there.') };
/** All but the time limit of a retry, which is only to pass where a test means it. */
const notRetries = (ms: number) => ms <= 10_000 && ms !== 5_000;

describe('another connection', () => {
  it('[R1] is taken at once where the engine asks for it, and hears what no final covers', async () => {
    const { session, events, engine, clock } = converse({ faults: [{ rotateAfter: 730 }] });
    await session.write(rulerAudio(0, 1_100));
    await vi.waitUntil(() => engine.connections.length === 2);
    session.finish();
    const seen = await events;
    expect(finals(seen)).toEqual(['0-499', '500-999', '1000-1099']);
    expect(seen.find((event) => event.kind === 'engine_changed')).toMatchObject({
      at: 500,
      planned: true,
      reason: { message: 'It was ordered here.' },
    });
    expect(closing(seen)).not.toHaveProperty('error');
    expect(engine.connections).toHaveLength(2);
    expect(clock.now()).toBe(0);
  });

  it('[R2] is not taken while it would lose audio that is no longer kept', async () => {
    const { session, events, engine } = converse({ faults: [{ rotateAfter: 450 }], session: { keptMs: 200 } });
    for (let at = 0; at < 1_100; at += 50) await session.write(rulerAudio(at, 50));
    session.finish();
    const seen = await events;
    expect(finals(seen).join(' ')).toBe('0-499 500-999 1000-1099');
    expect(kinds(seen)).not.toContain('gap');
    expect(engine.connections.length).toBeLessThanOrEqual(2);
  });

  it('[R3] is told once when one was replaced, not for each that did not open', async () => {
    const conversation = converse({ faults: [refused, { loseAfter: 700 }, refused, refused] });
    await conversation.session.write(rulerAudio(0, 1_100));
    conversation.session.finish();
    const seen = await letTimePass(conversation);
    expect(kinds(seen)).toEqual(['opened', 'final', 'engine_changed', 'final', 'final', 'closed']);
    expect(seen.find((event) => event.kind === 'engine_changed')).toMatchObject({ reason: { code: 'engine_lost' } });
  });

  it('[R4] is waited for by the client rather than by the audio it will need', async () => {
    const conversation = converse({
      faults: [{ loseAfter: 400 }, refused, refused],
      session: { keptMs: 2_000 },
    });
    const writing = writeRuler(conversation.session, 6_000, seeded(1));
    const seen = await letTimePass(conversation);
    await writing;
    expectCovered(seen, 6_000, 'a ring of 2 s');
  });

  it('[R5] is not given silence that was settled without an utterance, nor is that a gap', async () => {
    const silence = { from: 500, to: 1_500 };
    const conversation = converse({ silence, faults: [{ loseAfter: 1_400 }, { loseAfter: 0 }] });
    await conversation.session.write(rulerAudio(0, 1_400));
    await conversation.session.write(rulerAudio(1_400, 300));
    conversation.session.finish();
    const seen = await letTimePass(conversation);
    expect(finals(seen)).toEqual(['0-499', '1500-1699']);
    expect(seen.find((event) => event.kind === 'engine_changed')).toMatchObject({ at: 1_400 });
    expect(kinds(seen)).not.toContain('gap');
  });

  it('[R6] covers every sample by one final, whatever is lost, rotated or fails, in 200 seeded runs', async () => {
    const changes: (boolean | undefined)[] = [];
    for (let seed = 1; seed <= 200; seed += 1) {
      const random = seeded(seed);
      const upTo = (most: number) => Math.floor(random() * most);
      const faults = Array.from({ length: 6 }, (): RulerFault => {
        const fails = [upTo(3), upTo(3)];
        const kind = upTo(4);
        if (kind === 0) return { loseAfter: upTo(900), fails };
        if (kind === 1) return { rotateAfter: 1 + upTo(1_200), fails };
        if (kind === 2) return { rotateAfter: 1 + upTo(600), loseAfter: upTo(1_200), fails };
        return { openError: new EngineError('engine_lost', 'Gone.') };
      });
      // The first three that fail to open would end the session, as they should.
      const conversation = converse({ faults: [{}, ...faults].slice(random() < 0.5 ? 1 : 0).filter(isSurvivable) });
      const total = 2_000 + upTo(2_000);
      const writing = writeRuler(conversation.session, total, random);
      const seen = await letTimePass(conversation, notRetries);
      await writing;
      expectCovered(seen, total, `seed ${seed}`);
      expect(kinds(seen), `seed ${seed}`).not.toContain('segment_failed');
      expect(conversation.clock.waiting, `seed ${seed}`).toEqual([]);
      changes.push(...seen.flatMap((event) => (event.kind === 'engine_changed' ? [event.planned] : [])));
    }
    // The runs are about what they say they are.
    expect(changes.filter((planned) => planned).length).toBeGreaterThan(50);
    expect(changes.filter((planned) => !planned).length).toBeGreaterThan(50);
  });
});

/** At most two refusals at the very beginning. */
const isSurvivable = (fault: RulerFault, index: number, all: readonly RulerFault[]) =>
  !fault.openError || all.slice(0, index).some((before) => !before.openError);

describe('a failed utterance', () => {
  it('[F1] is transcribed once more from the kept audio, in its place', async () => {
    const { session, events, engine } = converse({ faults: [{ fails: [1] }] });
    await session.write(rulerAudio(0, 1_700));
    session.finish();
    const seen = await events;
    expect(finals(seen)).toEqual(['0-499', '500-999', '1000-1499', '1500-1699']);
    expect(seen.find((event) => event.kind === 'final' && event.segment === 1)).toMatchObject({
      vendorEvent: 'retry',
      start: 500,
      end: 1_000,
      usage: { audioSeconds: 0.5 },
    });
    expect(closing(seen)).toMatchObject({ usage: { audioSeconds: 0.5 } });
    expect(engine.transcribed).toEqual([{ samples: 500, words: false }]);
  });

  it('[F2] has no text when that fails as well, and what follows goes on', async () => {
    const transcriptions = [{ error: new EngineError('engine_quota', 'Too many.') }];
    const { session, events } = converse({ faults: [{ fails: [0] }], transcriptions });
    await session.write(rulerAudio(0, 900));
    session.finish();
    const seen = await events;
    expect(kinds(seen)).toEqual(['opened', 'segment_failed', 'final', 'closed']);
    expect(seen.find((event) => event.kind === 'segment_failed')).toMatchObject({
      error: { code: 'utterance_failed', message: 'A failure was ordered here.' },
      start: 0,
      end: 500,
    });
  });

  it('[F3] holds up what follows for 5 s and no longer', async () => {
    const conversation = converse({ faults: [{ fails: [0] }], transcriptions: [{ never: true }] });
    const { session, events, seen, clock } = conversation;
    await session.write(rulerAudio(0, 900));
    session.finish();
    await clock.untilWaiting((ms) => ms === 5_000);
    clock.advance(4_999);
    for (let turn = 0; turn < 10; turn += 1) await new Promise((resolve) => setImmediate(resolve));
    expect(finals(seen)).toEqual([]);
    clock.advance(1);
    expect(kinds(await events)).toEqual(['opened', 'segment_failed', 'final', 'closed']);
  });

  it('[F4] keeps its audio until its retry is over, and is not heard again by another connection', async () => {
    let answer: () => void = () => undefined;
    const until = new Promise<void>((resolve) => {
      answer = resolve;
    });
    const conversation = converse({ faults: [{ fails: [0], loseAfter: 700 }], transcriptions: [{ until }] });
    const { session, engine } = conversation;
    const seen = letTimePass(conversation, notRetries);
    await session.write(rulerAudio(0, 900));
    session.finish();
    await vi.waitUntil(() => engine.transcribed.length === 1);
    answer();
    expect(finals(await seen)).toEqual(['0-499', '500-899']);
  });

  it('[F5] is not retried when the client has cleared it', async () => {
    const { session, events, engine } = converse({ faults: [{ fails: [0] }] });
    await session.write(rulerAudio(0, 300));
    session.commit();
    session.clear();
    session.finish();
    expect(kinds(await events)).toEqual(['opened', 'closed']);
    expect(engine.transcribed).toEqual([]);
  });

  it('[F6] is not retried when its audio is no longer kept', async () => {
    const { session, events, engine } = converse({ faults: [{ fails: [0] }], session: { keptMs: 200 } });
    for (let at = 0; at < 600; at += 50) await session.write(rulerAudio(at, 50));
    session.finish();
    expect(kinds(await events)).toEqual(['opened', 'segment_failed', 'final', 'closed']);
    expect(engine.transcribed).toEqual([]);
  });

  it('[F7] does not hold up the end of a session that is ended from outside', async () => {
    const { session, events, engine, ending } = converse({
      faults: [{ fails: [0] }],
      transcriptions: [{ until: new Promise(() => undefined) }],
    });
    await session.write(rulerAudio(0, 600));
    await vi.waitUntil(() => engine.transcribed.length === 1);
    ending.abort(new EngineError('engine_lost', 'Enough.'));
    expect(closing(await events)).toMatchObject({ error: { code: 'engine_lost', message: 'Enough.' } });
  });
});
