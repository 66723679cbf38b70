import { timelineMs } from '@live-transcribe/audio';
import type { SessionEvent } from '@live-transcribe/core';
import { describe, expect, it } from 'vitest';
import { ChunkRing } from '../src/observe/chunk-ring.ts';
import { createRings } from '../src/observe/rings.ts';

describe('a ring of chunks', () => {
  it('keeps the latest, of one session or of all, oldest first', () => {
    const ring = new ChunkRing(3);
    expect(ring.latest(10)).toEqual([]);
    ring.add('a', 1, 0, 1);
    ring.add('b', 2, 1, 2, 0.5, 0.25);
    expect(ring.latest(10)).toEqual([
      { t: expect.any(Number), session_id: 'a', bytes: 1, start_s: 0, end_s: 1 },
      { t: expect.any(Number), session_id: 'b', bytes: 2, start_s: 1, end_s: 2, peak: 0.5, rms: 0.25 },
    ]);
    ring.add('a', 3, 2, 3);
    ring.add('a', 4, 3, 4);
    const bytes = (limit: number, session?: string) => ring.latest(limit, session).map((entry) => entry.bytes);
    expect([bytes(10), bytes(2), bytes(10, 'a'), bytes(1, 'a'), bytes(10, 'b'), bytes(10, 'c')]).toEqual([
      [2, 3, 4],
      [3, 4],
      [3, 4],
      [4],
      [2],
      [],
    ]);
  });
});

describe('a ring of texts', () => {
  const final = (segment: number, text: string): SessionEvent & { kind: 'final' } => ({
    ...{ kind: 'final', segment, text, seq: (segment + 1) as never },
    ...{ start: timelineMs(1_000), end: timelineMs(2_000), vendorEvent: 'test' },
  });

  it('keeps the latest, and words them when somebody looks', () => {
    const { frontText } = createRings(3);
    for (const segment of [0, 1, 2, 3])
      frontText.add(segment % 2 === 0 ? 'even' : 'odd', final(segment, `text ${segment}`));
    expect(frontText.latest(10).map(({ text }) => text)).toEqual(['text 1', 'text 2', 'text 3']);
    expect(frontText.latest(10, 'even')).toEqual([
      {
        ...{ t: expect.any(Number), session_id: 'even', type: 'final', text: 'text 2' },
        ...{ ts: { start_s: 1, end_s: 2 }, event: 'test' },
      },
    ]);
    expect(frontText.latest(1, 'odd').map(({ text }) => text)).toEqual(['text 3']);
  });

  it('is bounded in bytes too: long texts push out more than one', () => {
    const { frontText } = createRings(100);
    const most = 100 * 8 * 1024;
    for (let segment = 0; segment < 1_000; segment += 1) {
      frontText.add('a', final(segment, 'x'.repeat(50_000)));
      expect(frontText.bytes).toBeLessThanOrEqual(most);
    }
    expect(frontText.latest(100).length).toBe(Math.floor(most / 100_250));
    // What would fill it alone is left out, and the others stay.
    frontText.add('a', final(0, 'y'.repeat(500_000)));
    expect(frontText.latest(1)[0]?.text).toMatch(/^x+$/);
    for (let segment = 0; segment < 100; segment += 1) frontText.add('a', final(segment, 'short'));
    expect(frontText.latest(100).every(({ text }) => text === 'short')).toBe(true);
    expect(frontText.bytes).toBe(100 * (250 + 2 * 'short'.length));
  });
});
