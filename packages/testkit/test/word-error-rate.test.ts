import { describe, expect, it } from 'vitest';
import { wordErrorRate } from '../src/index.ts';

describe('the word error rate', () => {
  it.each([
    ['the same', 'the same', 0, 2],
    ['Don’t mind: Case, or punctuation!', 'don’t mind case or punctuation', 0, 6],
    ['one two three', 'one too three', 1, 3],
    ['one two three', 'one three', 1, 3],
    ['one two three', 'one two and three', 1, 3],
    ['one two three', '', 3, 3],
    ['one', 'and two and three', 4, 1],
    ['räksmörgås på bordet', 'räksmörgås på bordet', 0, 3],
    ['', '', 0, 0],
  ])('"%s" heard as "%s": %i errors', (spoken, heard, errors, words) => {
    expect(wordErrorRate(spoken, heard)).toMatchObject({ errors, words });
  });
});
