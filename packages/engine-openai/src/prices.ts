import type { Usage } from '@live-transcribe/core';

/** What a model costs, in any currency. */
export type Price =
  | { readonly by: 'minute'; readonly perMinute: number }
  /** For a million tokens each. */
  | { readonly by: 'token'; readonly input: number; readonly output: number };

/** By the model's name. */
export type Prices = ReadonlyMap<string, Price>;

const form = 'must be prices such as gpt-4o-transcribe=0.006/min or whisper-x=2.5+10/Mtok, separated by commas';

/** Reads `model=0.006/min,model=2.5+10/Mtok`. Throws an `Error` that says what the form is. */
export function parsePrices(text: string): Prices {
  const entries = text.split(',').filter((entry) => entry.trim() !== '');
  return new Map(entries.map((entry) => parseEntry(entry.trim())));
}

const number = '(\\d+(?:\\.\\d+)?)';
const perMinute = new RegExp(`^([^=\\s]+)=${number}/min$`);
const perToken = new RegExp(`^([^=\\s]+)=${number}\\+${number}/Mtok$`);

function parseEntry(entry: string): [string, Price] {
  const minutes = perMinute.exec(entry);
  if (minutes) return [minutes[1] ?? '', { by: 'minute', perMinute: Number(minutes[2]) }];
  const tokens = perToken.exec(entry);
  if (tokens) return [tokens[1] ?? '', { by: 'token', input: Number(tokens[2]), output: Number(tokens[3]) }];
  throw new Error(form);
}

/** `usage` with what it has cost, where the price and what it counts are known; `seconds` is the audio's length. */
export function priced(usage: Usage | undefined, seconds: number, price: Price | undefined): Usage | undefined {
  const cost = price && costOf(usage, seconds, price);
  return cost === undefined ? usage : { ...usage, cost };
}

function costOf(usage: Usage | undefined, seconds: number, price: Price): number | undefined {
  if (price.by === 'minute') return ((usage?.audioSeconds ?? seconds) / 60) * price.perMinute;
  if (usage?.inputTokens === undefined || usage.outputTokens === undefined) return undefined;
  return (usage.inputTokens * price.input + usage.outputTokens * price.output) / 1e6;
}
