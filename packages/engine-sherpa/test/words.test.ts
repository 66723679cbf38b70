import { describe, expect, it } from 'vitest';
import { wordsOf } from '../src/worker/words.ts';

const result = { text: 'sixty one', tokens: [' six', 'ty', ' one'], timestamps: [1, 1.2, 2] };

describe('the words of a result', () => {
  it.each(['ys_probs', 'ys_log_probs'])('have the geometric mean of their tokens’ probabilities, of %s', (member) => {
    const logarithms = [0.9, 0.4, 0.5].map(Math.log);
    const words = wordsOf({ ...result, [member]: logarithms }, 0);
    expect(words.map(({ text }) => text)).toEqual(['sixty', 'one']);
    expect(words[0]?.confidence).toBeCloseTo(0.6);
    expect(words[1]?.confidence).toBeCloseTo(0.5);
  });

  it.each([[[]], [[-1, -1]], [[-1, -1, -1, -1]]])('have no confidence where it is not known: %j', (ys_probs) => {
    for (const word of wordsOf({ ...result, ys_probs }, 0)) expect(word).not.toHaveProperty('confidence');
  });
});
