import { describe, expect, it } from 'vitest';
import { WorkerStream } from '../src/worker/worker-stream.ts';

/** A stream, and what was heard and done of it, in order: samples as their numbers. */
function noting() {
  const heard: (number[] | string)[] = [];
  const done: (number | string)[] = [];
  const note = (what: string) => () => void heard.push(what);
  const stream = new WorkerStream(
    {
      hear: (samples) => void heard.push([...samples]),
      commit: note('commit'),
      clear: note('clear'),
      finish: note('finish'),
    },
    (order) => done.push(order.kind === 'audio' ? order.samples.length : order.kind),
  );
  let at = 0;
  const audio = (count: number) => {
    stream.push({ kind: 'audio', samples: Int16Array.from({ length: count }, (_, index) => at + index) });
    at += count;
  };
  const run = async () => {
    const steps = [];
    while (stream.isWaiting) steps.push(await stream.step());
    return steps;
  };
  return { stream, heard, done, audio, run };
}

describe('the orders of a stream', () => {
  it('are obeyed in their order, audio that waits together, and each sample is told to be done once', async () => {
    const { stream, heard, done, audio, run } = noting();
    audio(2);
    audio(3);
    stream.push({ kind: 'commit' });
    audio(1);
    stream.push({ kind: 'clear' });
    stream.push({ kind: 'finish' });
    await run();
    expect(heard).toEqual([[0, 1, 2, 3, 4], 'commit', [5], 'clear', 'finish']);
    expect(done).toEqual([5, 'commit', 1, 'clear', 'finish']);
  });

  it('take no more than 400 ms of audio at once, unless it came so', async () => {
    const { done, audio, run } = noting();
    for (const count of [3_200, 3_200, 1, 6_399, 320, 20_000, 320]) audio(count);
    expect(await run()).toEqual([400, 400, 20, 1_250, 20]);
    expect(done).toEqual([6_400, 6_400, 320, 20_000, 320]);
  });
});
