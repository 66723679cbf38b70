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
    const ring = new ReplayRing(200, 0, 4);
    const out: number[] = [];
    for (let at = 0; at < 300; at += 30) {
      expect(ring.append(ramp(at, 30))).toBe(30);
      out.push(...drain(ring));
      ring.settle(at + 25);
    }
    expect(out).toEqual([...ramp(0, 300)]);
  });

  it('[RR2] takes no more than half its capacity of audio that was not sent', () => {
    const ring = new ReplayRing(20, 0, 4);
    expect(ring.append(ramp(0, 25))).toBe(10);
    expect(ring.append(ramp(10, 25))).toBe(0);
    ring.advance(3);
    expect(ring.append(ramp(10, 25))).toBe(3);
    expect(drain(ring)).toEqual([...ramp(3, 10)]);
  });

  it('[RR3] forgets heard audio before it refuses unheard audio, and tells at the rewind', () => {
    const ring = new ReplayRing(10, 0, 4);
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
    const ring = new ReplayRing(200, 0, 4);
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

  it('[RR7] has memory for little more than it keeps, after a backlog too, and gives out what is left unchanged', () => {
    const ring = new ReplayRing(100_000, 0, 64);
    ring.append(ramp(0, 20_000));
    expect(ring.size).toBe(Math.ceil(20_000 / 64) * 64);
    drain(ring, 200);
    ring.settle(19_990);
    expect(ring.peek(1)).toHaveLength(0);
    ring.settle(19_990);
    ring.append(ramp(20_000, 32));
    drain(ring, 200);
    ring.settle(20_000);
    expect(ring.size).toBeLessThanOrEqual(2 * 64);
    expect(ring.rewind()).toEqual({ from: 20_000, forgotten: 0 });
    expect(drain(ring)).toEqual([...ramp(20_000, 32)]);
  });

  it('[RR8] leaves the latest view alone, whatever is settled, and taken into use elsewhere, meanwhile', () => {
    const size = 2_432;
    const ring = new ReplayRing(100 * size);
    const other = new ReplayRing(100 * size);
    ring.append(ramp(0, size));
    ring.append(ramp(size, size));
    const view = ring.peek(size);
    ring.advance(size);
    ring.settle(size);
    other.append(new Int16Array(3 * size).fill(-1));
    expect(view).toEqual(ramp(0, size));
    expect(ring.peek(size)).toEqual(ramp(size, size));
    ring.advance(size);
    ring.settle(size + 1);
    expect(ring.size).toBe(size);
  });

  it('[RR11] takes no memory when all is settled and nobody looks at it any more', () => {
    const ring = new ReplayRing(1_000, 0, 64);
    ring.append(ramp(0, 60));
    const view = ring.peek(60);
    ring.advance(60);
    ring.settle(60);
    expect(ring.size).toBe(64);
    expect(view).toEqual(ramp(0, 60));
    ring.append(ramp(60, 60));
    ring.peek(60);
    ring.advance(60);
    ring.release();
    ring.settle(120);
    expect(ring.size).toBe(0);
    ring.append(ramp(120, 10));
    expect(drain(ring)).toEqual([...ramp(120, 10)]);
  });

  it('[RR10] does not cut a chunk in two for the last few samples of a block', () => {
    const ring = new ReplayRing(10_000, 0, 64);
    for (let at = 0; at < 310; at += 31) {
      ring.append(ramp(at, 31));
      expect(ring.peek(100)).toEqual(ramp(at, 31));
      ring.advance(31);
    }
    expect(ring.copy(0, 310)).toEqual(ramp(0, 310));
  });

  it('[RR9] copies what it keeps, wherever the ring ends, and nothing that it does not', () => {
    const ring = new ReplayRing(10, 0, 10);
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
