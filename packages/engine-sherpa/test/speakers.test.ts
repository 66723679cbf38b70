import { describe, expect, it } from 'vitest';
import { Speakers } from '../src/speakers.ts';

const second = 1_000;
/** A voice in a plane, by its direction in degrees: the cosine of what lies between two of them is how alike they are. */
const voice = (degrees: number, ms = 2 * second, loudness = 1) => {
  const angle = (degrees * Math.PI) / 180;
  const numbers = new Float32Array([loudness * Math.cos(angle), loudness * Math.sin(angle)]);
  return { embedding: Buffer.from(numbers.buffer).toString('base64'), ms };
};

describe('the speakers of a session', () => {
  const heard = (voices: readonly ReturnType<typeof voice>[], threshold = 0.5) => {
    const speakers = new Speakers(threshold);
    return voices.map((one) => speakers.whoIs(one));
  };

  it('are named in the order in which they are first heard, and known again however loud', () => {
    expect(heard([voice(0), voice(120), voice(10, 2_000, 9), voice(110), voice(240)])).toEqual([
      'A',
      'B',
      'A',
      'B',
      'C',
    ]);
  });

  it('are one where they are as alike as the threshold says', () => {
    expect(heard([voice(0), voice(59)])).toEqual(['A', 'A']);
    expect(heard([voice(0), voice(61)])).toEqual(['A', 'B']);
    expect(heard([voice(0), voice(59)], 0.6)).toEqual(['A', 'B']);
  });

  it('are known by all that was heard of them, not by the first word', () => {
    expect(heard([voice(0), voice(50), voice(50), voice(90)])).toEqual(['A', 'A', 'A', 'A']);
  });

  it('are somebody known, or nobody, where they say but a word, which teaches nothing', () => {
    const word = (degrees: number) => voice(degrees, second - 1);
    expect(heard([word(0)])).toEqual([undefined]);
    expect(heard([voice(0), word(20), word(120), voice(120)])).toEqual(['A', 'A', undefined, 'B']);
    expect(heard([voice(0), word(55), word(55), word(55), voice(70)])).toEqual(['A', 'A', 'A', 'A', 'B']);
  });

  it('are ten at most: who comes later is the one they are the most like', () => {
    const many = Array.from({ length: 12 }, (_, at) => voice(at * 30));
    expect(heard(many, 0.99)).toEqual('A B C D E F G H I J J A'.split(' '));
  });

  it('are nobody where a model answers what is no voice', () => {
    const numbers = (...all: number[]) => ({
      embedding: Buffer.from(new Float32Array(all).buffer).toString('base64'),
      ms: 2_000,
    });
    expect(heard([numbers(0, 0), numbers(Number.NaN, 1), numbers(Number.POSITIVE_INFINITY, 1), numbers()])).toEqual(
      Array.from({ length: 4 }),
    );
  });
});
