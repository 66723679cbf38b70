import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RowLayout } from '../src/transcript/row-layout.ts';

const keys = (count: number, from = 0) => Array.from({ length: count }, (_, index) => String(index + from));

describe('where rows stand', () => {
  it('is guessed by those that were measured', () => {
    const layout = new RowLayout();
    layout.place(keys(10));
    expect(layout.height).toBe(400);
    expect(layout.measure(0, [30, 50, 100])).toBe(true);
    expect([layout.top(1), layout.top(2), layout.top(3), layout.top(4), layout.height]).toEqual([
      30, 80, 180, 240, 600,
    ]);
    expect(layout.measure(0, [30, 50, 100])).toBe(false);
  });

  it('is nowhere for no rows, and begins anew after a change of width', () => {
    const layout = new RowLayout();
    expect([layout.height, layout.at(50), layout.top(3), layout.count]).toEqual([0, 0, 0, 0]);
    layout.place(keys(3));
    layout.measure(0, [10, 10, 10]);
    layout.forget();
    expect(layout.height).toBe(120);
    layout.place([]);
    expect(layout.height).toBe(0);
  });

  it('is the same as adding up, whatever comes, goes and grows', () => {
    const step = fc.oneof(
      fc.record({ rows: fc.uniqueArray(fc.integer({ min: 0, max: 30 }), { maxLength: 30 }) }),
      fc.record({ from: fc.nat(30), heights: fc.array(fc.integer({ min: 1, max: 90 }), { maxLength: 8 }) }),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 12 }), fc.integer({ min: -10, max: 3_000 }), (steps, y) => {
        const layout = new RowLayout();
        const known = new Map<string, number>();
        let present: string[] = [];
        for (const one of steps) {
          if ('rows' in one) {
            present = one.rows.map(String);
            if (present.length === 0) known.clear();
            layout.place(present);
          } else {
            for (const [index, height] of one.heights.entries()) {
              const key = present[one.from + index];
              if (key !== undefined) known.set(key, height);
            }
            layout.measure(one.from, one.heights);
          }
        }
        // Guesses differ with what had been measured when they were made: those rows are left out.
        const first = present.findIndex((key) => !known.has(key));
        const sure = first === -1 ? present.length : first;
        let top = 0;
        for (let index = 0; index < sure; index++) {
          expect(layout.top(index)).toBe(top);
          top += known.get(present[index] ?? '') ?? 0;
        }
        const at = layout.at(y);
        expect(layout.top(at) <= y || at === 0).toBe(true);
        expect(at === layout.count - 1 || layout.count === 0 || layout.top(at + 1) > y).toBe(true);
      }),
      { numRuns: 500 },
    );
  });
});
