import { describe, expect, it } from 'vitest';
import { Scheduler, type Work } from '../src/worker/scheduler.ts';

/** A scheduler whose clock moves by what is decoded: each step takes `tookMs` for 100 ms of audio. */
function simulate(tookMs: number) {
  let now = 0;
  let resume: (() => void) | undefined;
  const scheduler = new Scheduler({
    now: () => now,
    yield: (next) => {
      resume = next;
    },
    onStep: () => undefined,
    onError: (error) => {
      throw error;
    },
  });
  class Stream implements Work {
    waiting = 0;
    done = 0;
    get isWaiting() {
      return this.waiting > 0;
    }
    step() {
      this.waiting -= 1;
      this.done += 1;
      now += tookMs;
      return 100;
    }
  }
  const add = () => {
    const stream = new Stream();
    scheduler.add(stream);
    return stream;
  };
  /** Lets it work until `untilMs`; `each` is called before every turn. */
  const run = async (untilMs: number, each: (ms: number) => void) => {
    while (now < untilMs) {
      each(now);
      scheduler.wake();
      const before = now;
      resume?.();
      if (now === before) now += 1;
      await Promise.resolve();
    }
  };
  return { add, run, remove: (work: Work) => scheduler.remove(work) };
}

describe('the scheduler', () => {
  it('serves live streams before files, and files with what is left, in equal parts', async () => {
    const { add, run } = simulate(10);
    const live = Array.from({ length: 6 }, add);
    const files = [add(), add()];
    let given = 0;
    let longestQueue = 0;
    await run(20_000, (now) => {
      for (const file of files) file.waiting = 10;
      for (; given < now / 100; given += 1) for (const stream of live) stream.waiting += 1;
      // The first half second is anybody's: nobody is ahead yet.
      if (now > 1_000) longestQueue = Math.max(longestQueue, ...live.map(({ waiting }) => waiting));
    });
    expect(longestQueue).toBeLessThanOrEqual(2);
    const [one = 0, other = 0] = files.map(({ done }) => done);
    expect(one + other).toBeGreaterThan(700);
    expect(Math.abs(one - other)).toBeLessThanOrEqual(10);
  });

  it('gives a stream that was silent no claim to the time it did not use', async () => {
    const { add, run } = simulate(50);
    const silent = add();
    const live = add();
    let given = 0;
    let longestQueue = 0;
    await run(20_000, (now) => {
      if (now > 10_000) silent.waiting = 10;
      for (; given < now / 100; given += 1) live.waiting += 1;
      longestQueue = Math.max(longestQueue, live.waiting);
    });
    expect(silent.done).toBeGreaterThan(50);
    // 500 ms, which are five steps of the other, and its own.
    expect(longestQueue).toBeLessThanOrEqual(7);
  });

  it('forgets a stream that is over', async () => {
    const { add, run, remove } = simulate(10);
    const gone = add();
    gone.waiting = 5;
    remove(gone);
    await run(1_000, () => undefined);
    expect(gone.done).toBe(0);
  });
});
