import { streamMs } from '@live-transcribe/audio';
import { EngineEvents, Subscription } from '@live-transcribe/core';
import { describe, expect, it } from 'vitest';

const hypothesis = (text: string) =>
  ({ kind: 'hypothesis', start: streamMs(0), end: streamMs(100), text, vendorEvent: 'test' }) as const;
const utterance = (text: string) =>
  ({ kind: 'utterance', start: streamMs(0), end: streamMs(100), text, vendorEvent: 'test' }) as const;

async function collect<T>(values: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const value of values) all.push(value);
  return all;
}

describe('Subscription', () => {
  it('gives the values in order, then ends', async () => {
    const subscription = new Subscription<number>({ capacity: 10 });
    subscription.push(1);
    subscription.push(2);
    subscription.end();
    expect(await collect(subscription)).toEqual([1, 2]);
  });

  it('throws the error after the values that wait, and keeps the first ending', async () => {
    const subscription = new Subscription<number>({ capacity: 10 });
    subscription.push(1);
    subscription.fail(new Error('first'));
    subscription.end();
    const seen: number[] = [];
    await expect(
      (async () => {
        for await (const value of subscription) seen.push(value);
      })(),
    ).rejects.toThrow('first');
    expect(seen).toEqual([1]);
  });

  it('says when it is full, and that there is room again', async () => {
    const subscription = new Subscription<number>({ capacity: 2 });
    expect(subscription.push(1)).toBe(true);
    expect(subscription.push(2)).toBe(false);
    const order: string[] = [];
    const room = subscription.room().then(() => order.push('room'));
    const reader = subscription[Symbol.asyncIterator]();
    await reader.next();
    order.push('read');
    await room;
    expect(order.sort()).toEqual(['read', 'room']);
    await reader.return();
  });

  it('releases its producers when the reader leaves', async () => {
    const subscription = new Subscription<number>({ capacity: 1 });
    subscription.push(1);
    const room = subscription.room();
    for await (const _ of subscription) break;
    await room;
    expect(subscription.ended).toBe(true);
    expect(subscription.push(2)).toBe(true);
  });

  it('says when there is something to take, for a reader that holds nothing while it waits', async () => {
    const subscription = new Subscription<number>({ capacity: 2 });
    expect(() => subscription.take()).toThrow(RangeError);
    const waiting = subscription.ready();
    expect(subscription.push(1)).toBe(true);
    expect(subscription.push(2)).toBe(false);
    expect(await waiting).toBe(true);
    const room = subscription.room();
    expect([subscription.take(), subscription.ready(), subscription.take()]).toEqual([1, true, 2]);
    await room;
    const last = subscription.ready();
    subscription.end();
    expect([await last, await subscription.ready()]).toEqual([false, false]);
  });

  it('throws its error once at one who asks whether something is there, after what waits', async () => {
    const subscription = new Subscription<number>({ capacity: 2 });
    subscription.push(1);
    subscription.fail(new Error('broken'));
    expect([subscription.ready(), subscription.take()]).toEqual([true, 1]);
    await expect(subscription.ready()).rejects.toThrow('broken');
    expect(await subscription.ready()).toBe(false);
    const other = new Subscription<number>({ capacity: 2 });
    const waiting = other.ready();
    other.fail(new Error('broken'));
    await expect(waiting).rejects.toThrow('broken');
  });

  it('refuses a second reader', async () => {
    const subscription = new Subscription<number>({ capacity: 1 });
    subscription.end();
    await collect(subscription);
    await expect(collect(subscription)).rejects.toThrow('one reader');
  });
});

describe('EngineEvents', () => {
  it('keeps only the newest hypothesis that waits, and every final', async () => {
    const events = new EngineEvents();
    for (const text of ['a', 'a b', 'a b c']) events.push(hypothesis(text));
    events.push(utterance('a b c'));
    events.push(utterance('d'));
    events.push(hypothesis('e'));
    events.end();
    expect((await collect(events)).map((event) => ('text' in event ? event.text : ''))).toEqual([
      'a b c',
      'a b c',
      'd',
      'e',
    ]);
  });
});
