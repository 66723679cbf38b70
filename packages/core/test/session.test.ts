import { EngineError, TranscribeError } from '@live-transcribe/core';
import { type RulerFault, rulerAudio, seeded } from '@live-transcribe/testkit';
import { describe, expect, it, vi } from 'vitest';
import { closing, converse, expectCovered, finals, kinds, letTimePass, writeRuler } from './support/conversation.ts';

describe('a session', () => {
  it('[S1] gives every sample to the engine once, in order, and numbers what it logs without holes', async () => {
    const { session, events } = converse();
    for (let at = 0; at < 1_700; at += 70) await session.write(rulerAudio(at, Math.min(70, 1_700 - at)));
    session.finish();
    const seen = await events;
    expect(finals(seen)).toEqual(['0-499', '500-999', '1000-1499', '1500-1699']);
    expect(seen.flatMap((event) => ('seq' in event ? [event.seq] : []))).toEqual([1, 2, 3, 4, 5, 6]);
    expect(kinds(seen)).toEqual(['opened', 'final', 'final', 'final', 'final', 'closed']);
    expect(closing(seen)).toEqual({ kind: 'closed', seq: 6, duration: 1_700, segments: 4 });
  });

  it('[S2] replaces partials by whole texts, and closes each segment once', async () => {
    const { session, events } = converse();
    await session.write(rulerAudio(0, 100));
    await session.write(rulerAudio(100, 100));
    session.finish();
    const seen = await events;
    const last = seen.findLast((event) => event.kind === 'partial');
    expect(last).toMatchObject({ segment: 0, text: '0-199', start: 0, end: 200 });
    expect(seen.findLast((event) => event.kind === 'final')).toMatchObject({
      kind: 'final',
      segment: 0,
      text: '0-199',
      start: 0,
      end: 200,
    });
  });

  it('[S3] commits at the place in the audio where the client did', async () => {
    const { session, events } = converse();
    await session.write(rulerAudio(0, 120));
    session.commit();
    await session.write(rulerAudio(120, 80));
    session.commit();
    session.commit();
    await session.write(rulerAudio(200, 10));
    session.finish();
    expect(finals(await events)).toEqual(['0-119', '120-199', '200-209']);
  });

  it('[S4] drops on clear what is not final, and keeps the timeline', async () => {
    const { session, events } = converse();
    await session.write(rulerAudio(0, 620));
    session.clear();
    await session.write(rulerAudio(620, 100));
    session.finish();
    const seen = await events;
    expect(finals(seen).filter((text) => text.includes('500-'))).toEqual([]);
    expect(seen.findLast((event) => event.kind === 'final')).toMatchObject({
      kind: 'final',
      text: '620-719',
      start: 620,
      end: 720,
    });
  });

  it('[S5] makes a client that is faster than the engine wait, and keeps no more than it may', async () => {
    const conversation = converse({ faults: [{ stallAfter: 300 }], session: { keptMs: 1_000 } });
    const { session, ending, events } = conversation;
    let written = 0;
    const writing = (async () => {
      for (let at = 0; at < 5_000; at += 100) {
        await session.write(rulerAudio(at, 100));
        written = at + 100;
      }
    })();
    // The engine has taken 200 samples and is stuck with 200 more; behind them waits half of what may be kept.
    await vi.waitUntil(() => session.received === 900);
    for (let turn = 0; turn < 10; turn += 1) await new Promise((resolve) => setImmediate(resolve));
    expect({ written, received: session.received }).toEqual({ written: 900, received: 900 });
    ending.abort(new TranscribeError('shutting_down', 'The server is stopping.'));
    await writing;
    await events;
  });

  it('[S6] gives a new connection what no final covers, and says that the engine changed', async () => {
    const conversation = converse({ faults: [{ loseAfter: 730 }, { loseAfter: 10 }] });
    await conversation.session.write(rulerAudio(0, 1_100));
    conversation.session.finish();
    const seen = await letTimePass(conversation);
    expect(finals(seen)).toEqual(['0-499', '500-999', '1000-1099']);
    expect(kinds(seen)).toEqual(['opened', 'final', 'engine_changed', 'engine_changed', 'final', 'final', 'closed']);
    expect(seen.find((event) => event.kind === 'engine_changed')).toMatchObject({
      at: 500,
      planned: false,
      reason: { code: 'engine_lost' },
    });
    const starts = seen.flatMap((event) => (event.kind === 'final' ? [event.start] : []));
    expect(starts).toEqual([0, 500, 1_000]);
    expect(closing(seen)).not.toHaveProperty('error');
  });

  it('[S7] says which audio was lost when more was unsettled than it may keep', async () => {
    const conversation = converse({ faults: [{ loseAfter: 490 }], session: { keptMs: 200 } });
    for (let at = 0; at < 600; at += 50) await conversation.session.write(rulerAudio(at, 50));
    conversation.session.finish();
    const seen = await letTimePass(conversation);
    const gap = seen.find((event) => event.kind === 'gap');
    expect(gap).toMatchObject({ kind: 'gap', start: 0, reason: { code: 'engine_lost' } });
    const first = seen.find((event) => event.kind === 'final');
    expect(first?.text.startsWith(`${gap?.end}-`)).toBe(true);
  });

  it('[S8] ends with the error and the uncovered audio when the engine cannot be had again', async () => {
    const refused = { openError: new EngineError('engine_unreachable', 'Nobody is there.') };
    const conversation = converse({ faults: [{ loseAfter: 630 }, ...Array<RulerFault>(20).fill(refused)] });
    await conversation.session.write(rulerAudio(0, 700));
    const seen = await letTimePass(conversation);
    expect(kinds(seen)).toEqual(['opened', 'final', 'segment_failed', 'gap', 'closed']);
    expect(seen.find((event) => event.kind === 'gap')).toMatchObject({ start: 500, end: 700 });
    expect(closing(seen)).toMatchObject({ error: { code: 'engine_unreachable', message: 'Nobody is there.' } });
  });

  it('[S9] tells at once when no engine is to be had at first', async () => {
    const { events } = converse({ faults: [{ openError: new EngineError('engine_busy', 'All are in use.') }] });
    const seen = await events;
    expect(kinds(seen)).toEqual(['opened', 'closed']);
    expect(closing(seen)).toMatchObject({ error: { code: 'engine_busy', message: 'All are in use.' } });
  });

  it('[S10] gives up an engine that does not open in time, and tries again', async () => {
    const conversation = converse({ faults: [{ neverOpens: true }] });
    await conversation.session.write(rulerAudio(0, 10));
    conversation.session.finish();
    expect(finals(await letTimePass(conversation, (ms) => ms <= 20_000))).toEqual(['0-9']);
  });

  it('[S11] does not wait for ever for the last final', async () => {
    const never = Array<RulerFault>(20).fill({ neverFinishes: true });
    const conversation = converse({ faults: never });
    await conversation.session.write(rulerAudio(0, 10));
    conversation.session.finish();
    expect(closing(await letTimePass(conversation, (ms) => ms <= 60_000))).toMatchObject({
      error: { code: 'engine_timeout' },
    });
  });

  it.each([
    ['while it opens', { neverOpens: true }],
    ['while it streams', {}],
    ['while the engine stalls', { stallAfter: 5 }],
  ])('[S12] is ended by its signal %s, with the reason', async (_, fault) => {
    const { session, ending, events } = converse({ faults: [fault] });
    await session.write(rulerAudio(0, 20));
    ending.abort(new TranscribeError('shutting_down', 'The server is stopping.'));
    expect(closing(await events)).toMatchObject({ error: { code: 'shutting_down' } });
    await session.write(rulerAudio(20, 20));
  });

  it('[S13] leaves no timer behind', async () => {
    const conversation = converse({ faults: [{ loseAfter: 100 }] });
    await conversation.session.write(rulerAudio(0, 700));
    conversation.session.finish();
    await letTimePass(conversation);
    expect(conversation.clock.waiting).toEqual([]);
  });

  it('[S14] covers every sample by exactly one final, whenever engines are lost', async () => {
    for (let seed = 1; seed <= 200; seed += 1) {
      const random = seeded(seed);
      const faults = Array.from({ length: 5 }, () => ({ loseAfter: Math.floor(random() * 900) }));
      const conversation = converse({ faults });
      const total = 2_000 + Math.floor(random() * 2_000);
      const writing = writeRuler(conversation.session, total, random);
      const seen = await letTimePass(conversation);
      await writing;
      expectCovered(seen, total, `seed ${seed}`);
    }
  });
});
