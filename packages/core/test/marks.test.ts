import { describe, expect, it } from 'vitest';
import { Marks } from '../src/session/marks.ts';

const commit = (position: number) => ({ kind: 'commit', position }) as const;

describe('marks', () => {
  it('are told once, in order', () => {
    const marks = new Marks();
    marks.add(commit(10));
    marks.add({ kind: 'clear', position: 10 });
    expect(marks.next()).toEqual(commit(10));
    marks.tell();
    expect(marks.next()).toEqual({ kind: 'clear', position: 10 });
    marks.tell();
    expect(marks.next()).toBeUndefined();
  });

  it('are told again to a new connection where their audio is sent again', () => {
    const marks = new Marks();
    for (const position of [10, 20, 30]) marks.add(commit(position));
    marks.tell();
    marks.tell();
    marks.rewind(10);
    expect(marks.next()).toEqual(commit(20));
  });

  it('are forgotten when their audio is settled, told ones only', () => {
    const marks = new Marks();
    for (const position of [10, 20, 30]) marks.add(commit(position));
    marks.tell();
    marks.settle(25);
    expect(marks.next()).toEqual(commit(20));
    marks.rewind(0);
    expect(marks.next()).toEqual(commit(20));
  });

  it('merge when a client sends them faster than the engine hears them', () => {
    const marks = new Marks();
    for (let position = 1; position <= 10_000; position += 1) marks.add(commit(position));
    let told = 0;
    let last = 0;
    for (let mark = marks.next(); mark; mark = marks.next()) {
      last = mark.position;
      marks.tell();
      told += 1;
    }
    expect(told).toBeLessThanOrEqual(256);
    expect(last).toBe(10_000);
  });
});
