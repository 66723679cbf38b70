import { describe, expect, it } from 'vitest';
import { languageChoices, preferredLanguage } from '../src/languages.ts';

const named = (known: readonly string[] | 'any') => languageChoices(known).map(({ name }) => name);

describe('the languages on offer', () => {
  it('are those that the engine knows, by their English names', () => {
    expect(named(['sv', 'en', 'de'])).toEqual(['Detect automatically', 'English', 'German', 'Swedish']);
  });

  it('do not include detection where there is nothing to detect', () => {
    expect(named(['en'])).toEqual(['English']);
  });

  it('are the common ones where the engine knows all', () => {
    const all = languageChoices('any');
    expect(all.length).toBeGreaterThan(30);
    expect(all.filter(({ code, name }) => code === name)).toEqual([]);
    expect(new Set(all.map(({ code }) => code)).size).toBe(all.length);
  });

  it('keep what is no language as the server wrote it', () => {
    expect(named(['en', '?'])).toEqual(['Detect automatically', '?', 'English']);
  });
});

const preferences: readonly [own: readonly string[], known: readonly string[] | 'any', chosen: string][] = [
  [['sv-SE', 'en'], 'any', 'sv'],
  [['tlh', 'nl-BE'], 'any', 'nl'],
  [['sv-SE'], ['en'], 'en'],
  [['sv-SE'], ['de', 'en'], 'en'],
  [['sv-SE'], ['de', 'fr'], 'auto'],
  [[], ['de'], 'de'],
  [[], 'any', 'en'],
];

describe('the language chosen at first', () => {
  it.each(preferences)('for %j of %j is %s', (own, known, chosen) => {
    expect(preferredLanguage(languageChoices(known), own)).toBe(chosen);
  });
});
