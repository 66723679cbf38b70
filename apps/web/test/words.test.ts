import { readFileSync } from 'node:fs';
import { clientErrors } from '@live-transcribe/client';
import { errorTable } from '@live-transcribe/core';
import { describe, expect, it } from 'vitest';
import { en } from '../src/words/en.ts';
import { wordsFor } from '../src/words/index.ts';
import { sv } from '../src/words/sv.ts';

/** Every text of a dictionary by its path; functions are called with something. */
function texts(words: object, path = ''): readonly (readonly [path: string, text: string])[] {
  return Object.entries(words).flatMap(([key, value]) => {
    const here = `${path}.${key}`;
    if (typeof value === 'string') return [[here, value] as const];
    if (typeof value === 'function') return [[here, String(value('1', '2'))] as const];
    return texts(value, here);
  });
}

/** The same in both languages. */
const international = new Set([
  '.debug.noFigure',
  '.debug.session',
  '.debug.text',
  '.debug.version',
  '.formats.json',
  '.help.end',
  '.help.escapeKey',
]);

describe('the page’s words', () => {
  it('are the same in number in both languages, and none is empty', () => {
    expect(texts(sv).map(([path]) => path)).toEqual(texts(en).map(([path]) => path));
    for (const [path, text] of [...texts(en), ...texts(sv)]) expect(text.trim(), path).not.toBe('');
  });

  it('are translated', () => {
    const english = new Map(texts(en));
    const same = texts(sv).filter(([path, text]) => english.get(path) === text && !path.startsWith('.problems.'));
    expect(same.filter(([path]) => !international.has(path))).toEqual([]);
    for (const [code, { what, next }] of Object.entries(sv.problems)) {
      expect(what, code).not.toBe(en.problems[code]?.what);
      expect(next, code).not.toBe(en.problems[code]?.next);
    }
  });

  it('have a sentence, and what to do next, for everything that can go wrong', () => {
    const codes = [...Object.keys(errorTable), ...Object.keys(clientErrors)];
    for (const { problems } of [en, sv]) {
      expect(codes.filter((code) => !Object.hasOwn(problems, code))).toEqual([]);
      for (const [code, { what, next }] of Object.entries(problems)) {
        expect(what, code).toMatch(/[.!?]$/);
        expect(next, code).toMatch(/[.!?]$/);
        // Its own: what two codes say alike cannot be told apart by the person.
        const alike = Object.keys(problems).filter((other) => problems[other]?.what === what);
        expect(alike.length, alike.join()).toBeLessThanOrEqual(2);
      }
    }
  });

  it('have a sentence for every notice of the protocol', () => {
    const docs = readFileSync(new URL('../../../docs/protocols.md', import.meta.url), 'utf8');
    const table = docs.slice(docs.indexOf('## Notices'), docs.indexOf('## HTTP'));
    const codes = [...table.matchAll(/^\| `(\w+)` \|/gm)].map(([, code = '']) => code);
    expect(codes.length).toBeGreaterThan(4);
    for (const { transcript } of [en, sv]) {
      expect(codes.filter((code) => !Object.hasOwn(transcript.notices, code))).toEqual([]);
    }
  });
});

const chosen: readonly (readonly [own: readonly string[], tag: string, start: string])[] = [
  [['sv-FI', 'en'], 'sv-FI', 'Starta'],
  [['en-GB', 'sv'], 'en-GB', 'Start'],
  [['de', 'SV'], 'SV', 'Starta'],
  [['de', 'fr'], 'en', 'Start'],
  [[], 'en', 'Start'],
];

it.each(chosen)('who reads %j gets %s', async (own, tag, start) => {
  const words = await wordsFor(own);
  expect([words.tag, words.controls.start]).toEqual([tag, start]);
});
