import { describe, expect, it } from 'vitest';
import { isUnspelled, spelled, spellingOf } from '../src/worker/spelling.ts';

describe('the spelling of a final', () => {
  const respelled = (text: string, marked: string) => {
    const spelling = spellingOf(text, marked);
    return spelling && spelled([text], spelling)[0];
  };

  it.each([
    ['hello stop left right', 'Hello, stop Left right?', 'Hello, stop Left right?'],
    ['HELLO STOP', 'Hello, stop.', 'Hello, stop.'],
    ["it's o'clock", "It's o'clock.", "It's o'clock."],
    ['你好吗我很好', '你好吗？我很好。', '你好吗？我很好。'],
    // The library puts Chinese marks behind English words, and no space behind them.
    ['hello stop right', 'hello，stop。right？', 'hello, stop. right?'],
    ['你好 hello 我', '你好，hello，我。', '你好， hello, 我。'],
    ['åäö ångström', 'Åäö, ångström.', 'Åäö, ångström.'],
  ])('of "%s", marked as "%s"', (text, marked, expected) => {
    expect(respelled(text, marked)).toBe(expected);
  });

  it.each([
    ['a word that is not there any more', 'one two three', 'One two.'],
    ['a word more', 'one two', 'One two three.'],
    ['another word', 'one two', 'One too.'],
    ['nothing', 'one two', ''],
    ['marks before all', 'one', '…one'],
    ['what is no mark', 'one two', 'One ♪ two.'],
  ])('is not taken from a model that gives back %s', (_what, text, marked) => {
    expect(spellingOf(text, marked)).toBeUndefined();
  });

  it('is that of its words too, where they are made of the same signs', () => {
    const spelling = spellingOf('hello stop 你好', 'Hello, stop 你好。') ?? [];
    expect(spelled(['hello', 'stop', '你', '好'], spelling)).toEqual(['Hello,', 'stop', '你', '好。']);
    for (const others of [['hello', 'stop'], ['hello', 'stop', '你', '号'], ['hello', 'stop', '你', '好', 'x'], []])
      expect(spelled(others, spelling)).toEqual(others);
  });

  it('is wanted only where there is none', () => {
    for (const text of ['one two', 'ONE TWO', '你好', '24', "it's", '']) expect(isUnspelled(text), text).toBe(true);
    for (const text of ['One two', 'one, two', 'ONE TWO.', '你好。', 'one two?'])
      expect(isUnspelled(text), text).toBe(false);
  });
});
