import { describe, expect, it } from 'vitest';
import { ReplayRing } from '../src/session/replay-ring.ts';

const ramp = (from: number, count: number) => Int16Array.from({ length: count }, (_, index) => from + index);

/** Takes everything there is to send, in pieces of at most `limit`. */
function drain(ring: ReplayRing, limit = 7): number[] {
  const all: number[] = [];
  for (let piece = ring.peek(limit); piece.length > 0; piece = ring.peek(limit)) {
    all.push(...piece);
    ring.advance(piece.length);
  }
  return all;
}

describe('the replay ring', () => {
  it('[RR1] gives out what was put in, in order, however it is cut, also while it grows', () => {
    const ring = new ReplayRing(200, 4);
    const out: number[] = [];
    for (let at = 0; at < 300; at += 30) {
      expect(ring.append(ramp(at, 30))).toBe(30);
      out.push(...drain(ring));
      ring.settle(at + 25);
    }
    expect(out).toEqual([...ramp(0, 300)]);
  });

  it('[RR2] takes no more than half its capacity of audio that was not sent', () => {
    const ring = new ReplayRing(20, 4);
    expect(ring.append(ramp(0, 25))).toBe(10);
    expect(ring.append(ramp(10, 25))).toBe(0);
    ring.advance(3);
    expect(ring.append(ramp(10, 25))).toBe(3);
    expect(drain(ring)).toEqual([...ramp(3, 10)]);
  });

  it('[RR3] forgets heard audio before it refuses unheard audio, and tells at the rewind', () => {
    const ring = new ReplayRing(10, 4);
    for (const at of [0, 5]) {
      ring.append(ramp(at, 5));
      drain(ring);
    }
    ring.settle(2);
    expect(ring.append(ramp(10, 6))).toBe(5);
    expect(ring.forgotten).toBe(3);
    expect(ring.rewind()).toEqual({ from: 5, forgotten: 3 });
    expect(ring.append(ramp(15, 1))).toBe(0);
    expect(drain(ring)).toEqual([...ramp(5, 10)]);
  });

  it('[RR4] sends again from what is settled', () => {
    const ring = new ReplayRing(200, 4);
    ring.append(ramp(0, 50));
    drain(ring);
    ring.settle(20);
    expect(ring.rewind()).toEqual({ from: 20, forgotten: 0 });
    expect(drain(ring)).toEqual([...ramp(20, 30)]);
  });

  it('[RR5] settles neither backwards nor past what was sent', () => {
    const ring = new ReplayRing(200);
    ring.append(ramp(0, 50));
    ring.advance(30);
    ring.settle(40);
    expect(ring.settled).toBe(30);
    ring.settle(10);
    expect(ring.settled).toBe(30);
  });

  it('[RR6] stops at the position it is told to', () => {
    const ring = new ReplayRing(200);
    ring.append(ramp(0, 50));
    expect(ring.peek(100, 20)).toHaveLength(20);
    ring.advance(20);
    expect(ring.peek(100, 20)).toHaveLength(0);
    expect(ring.peek(100, 10)).toHaveLength(0);
  });

  it('[RR7] gives its memory back a while after a backlog, and gives out what is left unchanged', () => {
    const ring = new ReplayRing(100_000, 64);
    const speak = (from: number, to: number) => {
      for (let at = from; at < to; at += 32) {
        ring.append(ramp(at, 32));
        ring.advance(32);
        ring.settle(at - 8);
      }
    };
    ring.append(ramp(0, 20_000));
    ring.advance(20_000);
    ring.settle(19_990);
    expect(ring.size).toBeGreaterThanOrEqual(20_000);
    speak(20_000, 30_016);
    expect(ring.size).toBeLessThan(128);
    expect(ring.rewind()).toEqual({ from: 29_976, forgotten: 0 });
    expect(drain(ring)).toEqual([...ramp(29_976, 40)]);
  });

  it('[RR8] does not give back what the next utterance needs again', () => {
    const ring = new ReplayRing(100_000, 64);
    const sizes = new Set<number>();
    for (let at = 0; at < 40_000; at += 100) {
      ring.append(ramp(at, 100));
      ring.advance(100);
      // Utterances of 500 samples.
      if (at % 500 === 400) ring.settle(at + 100);
      if (at > 10_000) sizes.add(ring.size);
    }
    expect(sizes.size).toBe(1);
  });

  it('[RR9] copies what it keeps, wherever the ring ends, and nothing that it does not', () => {
    const ring = new ReplayRing(10, 10);
    for (const [at, count] of [
      [0, 5],
      [5, 5],
      [10, 5],
      [15, 1],
    ] as const) {
      ring.append(ramp(at, count));
      drain(ring);
    }
    expect(ring.copy(6, 16)).toEqual(ramp(6, 10));
    expect(ring.copy(8, 12)).toEqual(ramp(8, 4));
    expect(ring.copy(5, 12)).toBeUndefined();
    expect(ring.copy(8, 17)).toBeUndefined();
    expect(ring.copy(9, 9)).toBeUndefined();
    const copy = ring.copy(6, 16);
    ring.append(ramp(16, 4));
    expect(copy).toEqual(ramp(6, 10));
  });
});
