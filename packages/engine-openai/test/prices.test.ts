import { describe, expect, it } from 'vitest';
import { parsePrices, priced } from '../src/prices.ts';

const prices = parsePrices('whisper-1=0.006/min, gpt-4o-transcribe=2.5+10/Mtok,');

describe('prices', () => {
  it('are read as the operator writes them', () => {
    expect([...prices]).toEqual([
      ['whisper-1', { by: 'minute', perMinute: 0.006 }],
      ['gpt-4o-transcribe', { by: 'token', input: 2.5, output: 10 }],
    ]);
    expect(parsePrices('').size).toBe(0);
  });

  it.each(['whisper-1', 'whisper-1=cheap', 'whisper-1=0.006', 'm=1+2/min', '=1/min', 'm=1/Mtok'])(
    'of the form %s are refused, saying what is expected',
    (text) => {
      expect(() => parsePrices(text)).toThrow('gpt-4o-transcribe=0.006/min');
    },
  );

  it('by the minute go by what the service counted, else by the length of the audio', () => {
    const price = prices.get('whisper-1');
    expect(priced({ audioSeconds: 30 }, 31, price)).toEqual({ audioSeconds: 30, cost: 0.003 });
    expect(priced(undefined, 60, price)).toEqual({ cost: 0.006 });
  });

  it('by the token go by tokens alone', () => {
    const price = prices.get('gpt-4o-transcribe');
    expect(priced({ inputTokens: 1_000, outputTokens: 200 }, 9, price)).toMatchObject({ cost: 0.0045 });
    expect(priced({ audioSeconds: 9 }, 9, price)).toEqual({ audioSeconds: 9 });
    expect(priced(undefined, 9, price)).toBeUndefined();
  });

  it('that are not known change nothing', () => {
    expect(priced({ audioSeconds: 3 }, 3, undefined)).toEqual({ audioSeconds: 3 });
  });
});
