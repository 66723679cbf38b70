import { describe, expect, it } from 'vitest';
import { BoundedStream } from '../src/bounded-stream.ts';

const stream = (options: { capacity?: number; replaces?: (waiting: number, next: number) => boolean } = {}) =>
  new BoundedStream<number>({ capacity: 3, overflow: () => new Error('full'), ...options });

async function readAll<T>(values: AsyncIterable<T>): Promise<(T | string)[]> {
  const read: (T | string)[] = [];
  try {
    for await (const value of values) read.push(value);
  } catch (error) {
    read.push(String(error));
  }
  return read;
}

describe('a bounded stream', () => {
  it('brings values in order, those pushed before the reader came and those after', async () => {
    const values = stream();
    values.push(1);
    values.push(2);
    const reading = readAll(values);
    await Promise.resolve();
    values.push(3);
    values.end();
    expect(await reading).toEqual([1, 2, 3]);
  });

  it('gives what waits before the error', async () => {
    const values = stream();
    values.push(1);
    values.fail(new Error('lost'));
    values.end();
    expect(values.push(2)).toBe(false);
    expect(await readAll(values)).toEqual([1, 'Error: lost']);
  });

  it('tells a reader that is too slow, after what there was room for', async () => {
    const values = stream();
    expect([1, 2, 3, 4, 5].map((value) => values.push(value))).toEqual([true, true, true, false, false]);
    expect(await readAll(values)).toEqual([1, 2, 3, 'Error: full']);
  });

  it('weighs values, and takes back the weight of what is read', async () => {
    const values = new BoundedStream<string>({
      capacity: 5,
      weigh: (value) => value.length,
      overflow: () => new Error('full'),
    });
    const reader = values[Symbol.asyncIterator]();
    values.push('aaaa');
    expect(await reader.next()).toEqual({ done: false, value: 'aaaa' });
    expect(values.push('bbbbb')).toBe(true);
    expect(values.push('c')).toBe(false);
  });

  it('lets a value replace the newest that waits, and only that', async () => {
    const values = stream({ capacity: 2, replaces: (waiting, next) => Math.trunc(waiting) === Math.trunc(next) });
    for (const value of [1.1, 1.2, 1.3, 2.1, 2.2]) expect(values.push(value)).toBe(true);
    values.end();
    expect(await readAll(values)).toEqual([1.3, 2.2]);
  });

  it('has one reader, and ends when that leaves', async () => {
    const values = stream();
    values.push(1);
    for await (const value of values) {
      expect(value).toBe(1);
      break;
    }
    expect(values.push(2)).toBe(false);
    expect(await readAll(values)).toEqual([expect.stringContaining('one reader')]);
  });
});
