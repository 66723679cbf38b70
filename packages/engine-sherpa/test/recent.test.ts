import { seeded } from '@live-transcribe/testkit';
import { describe, expect, it } from 'vitest';
import { Recent } from '../src/worker/recent.ts';

describe('the latest samples', () => {
  it('are kept, however they came, and no more than asked for', () => {
    const random = seeded(7);
    const recent = new Recent(100);
    const all: number[] = [];
    for (let turn = 0; turn < 200; turn += 1) {
      const length = Math.floor(random() ** 2 * 250);
      const piece = Int16Array.from({ length }, (_, index) => all.length + index);
      recent.keep(piece);
      all.push(...piece);
      for (const count of [0, 1, 99, 100, 101]) {
        const expected = count === 0 ? [] : all.slice(-Math.min(count, 100));
        expect([...recent.latest(count)], `${count} of ${all.length}`).toEqual(expected);
      }
    }
  });
});
