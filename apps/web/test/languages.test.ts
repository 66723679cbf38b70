import { describe, expect, it } from 'vitest';
import { languageChoices, languageInForce, preferredLanguage } from '../src/languages.ts';

const english = { tag: 'en', auto: 'Detect automatically' };
const named = (known: readonly string[] | 'any') => languageChoices(known, english).map(({ name }) => name);

describe('the languages on offer', () => {
  it('are those that the engine knows, by their names', () => {
    expect(named(['sv', 'en', 'de'])).toEqual(['Detect automatically', 'English', 'German', 'Swedish']);
    const swedish = languageChoices(['sv', 'en', 'de'], { tag: 'sv', auto: 'Känn av språket' });
    expect(swedish.map(({ name }) => name)).toEqual(['Känn av språket', 'Engelska', 'Svenska', 'Tyska']);
  });

  it('do not include detection where there is nothing to detect', () => {
    expect(named(['en'])).toEqual(['English']);
  });

  it('are the common ones where the engine knows all', () => {
    const all = languageChoices('any', english);
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

describe('the language in force', () => {
  it.each(preferences)('at first, for %j of %j, is %s', (own, known, chosen) => {
    expect(preferredLanguage(languageChoices(known, english), own)).toBe(chosen);
  });

  it('is the one that was chosen, for as long as the server has it', () => {
    const wish = { chosen: 'fi', own: ['sv'] };
    expect(languageInForce(languageChoices('any', english), wish)).toBe('fi');
    expect(languageInForce(languageChoices(['sv', 'en'], english), wish)).toBe('sv');
  });
});
