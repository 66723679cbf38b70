import { timelineMs } from '@live-transcribe/audio';
import { rulerAudio } from '@live-transcribe/testkit';
import { describe, expect, it } from 'vitest';
import { closing, converse, finals, kinds, letTimePass, writeRuler } from './support/conversation.ts';

describe('a session that goes on where an earlier run ended', () => {
  const continues = { seq: 4, segments: 2, lastEnd: timelineMs(900), position: 1_000 };

  it('numbers its events and segments on, and keeps the timeline', async () => {
    const { session, events } = converse({ session: { continues } });
    expect(session.received).toBe(1_000);
    await session.write(rulerAudio(1_000, 300));
    session.finish();
    const seen = await events;
    expect(kinds(seen)).toEqual(['resumed', 'final', 'closed']);
    expect(seen.flatMap((event) => ('seq' in event ? [event.seq] : []))).toEqual([5, 6, 7]);
    expect(seen.find((event) => event.kind === 'resumed')).toMatchObject({ at: 1_000, engine: 'ruler' });
    expect(seen.find((event) => event.kind === 'final')).toMatchObject({ segment: 2, start: 1_000, end: 1_300 });
    expect(closing(seen)).toMatchObject({ duration: 1_300, segments: 3 });
  });

  it('gives a new engine connection the audio of this run, and none before it', async () => {
    const conversation = converse({ faults: [{ loseAfter: 220 }], session: { continues } });
    await conversation.session.write(rulerAudio(1_000, 400));
    conversation.session.finish();
    const seen = await letTimePass(conversation);
    expect(kinds(seen)).toEqual(['resumed', 'engine_changed', 'final', 'closed']);
    expect(finals(seen)).toEqual(['1000-1399']);
  });

  it('begins no segment before the last one has ended', async () => {
    const late = { ...continues, lastEnd: timelineMs(1_200) };
    const { session, events } = converse({ session: { continues: late } });
    await session.write(rulerAudio(1_000, 300));
    session.finish();
    expect((await events).find((event) => event.kind === 'final')).toMatchObject({ start: 1_200, end: 1_300 });
  });
});

describe('what is told to be covered', () => {
  it('grows, and is told after the finals that cover it', async () => {
    const { session, events } = converse();
    await writeRuler(session, 2_300, () => 0.5);
    let told = 0;
    let covered = 0;
    for (const event of await events) {
      if (event.kind === 'final') told = event.end;
      if (event.kind !== 'covered') continue;
      expect(event.through).toBeGreaterThan(covered);
      expect(event.through).toBeLessThanOrEqual(told);
      covered = event.through;
    }
    expect(covered).toBe(2_300);
  });
});
