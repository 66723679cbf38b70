import { join } from 'node:path';
import { tinyModel } from '@live-transcribe/testkit';
import { describe, expect, it } from 'vitest';
import { readVocabulary, Vocabulary } from '../src/vocabulary.ts';

const upper = ['<blk>', '<sos/eos>', '<unk>', 'S', '▁THE', 'E', "'", '▁HE', 'LL', 'O', '▁', 'L', 'H'];
const cased = ['<unk>', '▁the', '▁', 'A', 'd', 'a', 'å', '-', '<blk>'];
const chinese = ['<blk>', '<sos/eos>', '<unk>', '礼', '拜', '二'];
const mixed = [...chinese, '▁HE', 'LLO'];

describe('a model’s vocabulary', () => {
  it.each([
    [upper, 'hello', 'HELLO'],
    [upper, '  He’ll   hello! ', "HE'LL HELLO"],
    [upper, 'hello-hello', 'HELLO HELLO'],
    [upper, 'help', undefined],
    [upper, '', undefined],
    [upper, ':x', undefined],
    [upper, 'hello :2.0', undefined],
    [upper, 'hello :', 'HELLO'],
    [cased, 'Ada', 'Ada'],
    [cased, 'Ad-Ada', 'Ad-Ada'],
    [cased, 'A\u0302da', undefined],
    [cased, 'ada\u030a', 'adå'],
    [chinese, '礼拜二', '礼拜二'],
    [chinese, '礼拜三', undefined],
    [chinese, 'hello', undefined],
    [mixed, 'hello礼拜', 'HELLO礼拜'],
  ])('%j spells %j as %j', (tokens, phrase, spelled) => {
    expect(new Vocabulary(tokens).spell(phrase)).toBe(spelled);
  });

  it('says what its tokens are, and where its blank is', () => {
    const units = [upper, cased, chinese, mixed].map((tokens) => new Vocabulary(tokens).modelingUnit);
    expect(units).toEqual(['bpe', 'bpe', 'cjkchar', 'cjkchar+bpe']);
    expect([upper, cased].map((tokens) => new Vocabulary(tokens).hasBlankLast)).toEqual([false, true]);
  });

  it('is read from a tokens.txt', () => {
    const vocabulary = readVocabulary(join(tinyModel('tiny-transducer'), 'tokens.txt'));
    expect(vocabulary.tokens.slice(0, 2)).toEqual(['<blk>', '▁zero']);
    expect(vocabulary.tokens).toHaveLength(18);
    expect(vocabulary.spell('Seventy Two')).toBe('seventy two');
  });
});
