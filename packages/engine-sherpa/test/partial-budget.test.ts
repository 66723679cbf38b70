import { describe, expect, it } from 'vitest';
import { PartialBudget } from '../src/worker/partial-budget.ts';

describe('the time for partials', () => {
  it('is a quarter of all, however many ask for it', () => {
    let now = 0;
    const budget = new PartialBudget(() => now);
    let spent = 0;
    for (; now < 60_000; now += 10) {
      for (let asker = 0; asker < 5; asker += 1) {
        if (!budget.allows(120)) continue;
        budget.spend(120);
        spent += 120;
      }
    }
    expect(spent / now).toBeLessThanOrEqual(0.27);
    expect(spent / now).toBeGreaterThan(0.22);
  });

  it('is enough for a long one too, sooner or later', () => {
    let now = 0;
    const budget = new PartialBudget(() => now);
    budget.spend(10_000);
    while (!budget.allows(5_000) && now < 120_000) now += 100;
    expect(now).toBeGreaterThan(30_000);
    expect(now).toBeLessThan(120_000);
  });
});
