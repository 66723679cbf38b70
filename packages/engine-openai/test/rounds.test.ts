import { ManualClock } from '@live-transcribe/testkit';
import { describe, expect, it } from 'vitest';
import { Rounds } from '../src/rounds.ts';

const turn = () => new Promise((resolve) => setImmediate(resolve));

describe('rounds', () => {
  it('call on all with one timer, and leave none behind when nobody is left', async () => {
    const clock = new ManualClock();
    const rounds = new Rounds(clock, 5_000);
    const calls: string[] = [];
    const [first, second] = [() => void calls.push('first'), () => void calls.push('second')];
    rounds.join(first);
    clock.advance(4_000);
    rounds.join(second);
    expect(clock.waiting).toEqual([5_000]);
    clock.advance(1_000);
    await turn();
    expect(calls).toEqual(['first', 'second']);
    rounds.leave(first);
    clock.advance(5_000);
    await turn();
    expect(calls).toEqual(['first', 'second', 'second']);
    rounds.leave(second);
    await turn();
    expect(clock.waiting).toEqual([]);
  });

  it('begin anew after everybody has left, also from within a call', async () => {
    const clock = new ManualClock();
    const rounds = new Rounds(clock, 5_000);
    let calls = 0;
    const visit = () => {
      calls += 1;
      rounds.leave(visit);
    };
    for (const expected of [1, 2]) {
      rounds.join(visit);
      clock.advance(5_000);
      await turn();
      expect(calls).toBe(expected);
      expect(clock.waiting).toEqual([]);
    }
  });
});
