import { describe, expect, it } from 'vitest';
import { Ledger } from '../src/ledger.ts';

const given = (units: number): Ledger => {
  const ledger = new Ledger(24_000);
  for (let i = 0; i < units; i++) ledger.add();
  return ledger;
};

describe('what a decoder owes', () => {
  it('is every unit before there is sound, and at twice the rate twice the samples', () => {
    const ledger = given(3);
    expect(ledger.owed(0, undefined)).toBe(3);
    expect(ledger.owed(2_048, 24_000)).toBe(1);
    expect(ledger.owed(2_048, 48_000)).toBe(2);
  });

  it('is not the few samples that a resampler keeps', () => {
    expect(given(3).owed(3 * 1_024 - 16, 24_000)).toBe(0);
  });

  it('is no more what was written off, and again what comes late', () => {
    const ledger = given(3);
    expect(ledger.owed(2_048, 24_000)).toBe(1);
    ledger.writeOff(1);
    ledger.add();
    expect(ledger.owed(2_048, 24_000)).toBe(1);
    // The sound of both: the one written off was late only.
    expect(ledger.owed(4_096, 24_000)).toBe(0);
    ledger.add();
    expect(ledger.owed(4_096, 24_000)).toBe(1);
  });

  it('counts what was written off in a row', () => {
    const ledger = given(10);
    ledger.writeOff(2);
    ledger.writeOff(3);
    expect(ledger.inRow).toEqual({ units: 5, times: 2 });
    ledger.owed(1_024, 24_000);
    ledger.writeOff(1);
    expect(ledger.inRow).toEqual({ units: 1, times: 1 });
  });
});
