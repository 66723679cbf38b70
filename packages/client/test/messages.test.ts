import { describe, expect, it } from 'vitest';
import { parseServerMessage } from '../src/messages.ts';

const understood: readonly [name: string, message: object, parsed: object | undefined][] = [
  [
    'a session',
    { session_id: 'a1', engine: 'pocketsphinx', model: 'en-us', language: 'en', extra: 1 },
    { kind: 'started', session: { id: 'a1', engine: 'pocketsphinx', model: 'en-us', language: 'en' } },
  ],
  [
    'a session that says nothing else',
    { session_id: 'a1' },
    { kind: 'started', session: { id: 'a1', engine: undefined, model: undefined, language: undefined } },
  ],
  [
    'a partial',
    { partial: 'so', segment: 0, start: 0.3, end: 1.2 },
    { kind: 'partial', text: 'so', segment: 0, start: 0.3, end: 1.2 },
  ],
  [
    'a final',
    { final: '', segment: 7, start: 0, end: 0, confidence: null },
    { kind: 'final', text: '', segment: 7, start: 0, end: 0 },
  ],
  [
    'a final with words',
    { final: 'so', segment: 0, start: 0, end: 1, words: [{ word: 'so', start: 0, end: 1 }] },
    { kind: 'final', text: 'so', segment: 0, start: 0, end: 1, words: [{ word: 'so', start: 0, end: 1 }] },
  ],
  [
    'an error',
    { error: 'No.', code: 'engine_busy' },
    { kind: 'error', message: 'No.', code: 'engine_busy', segment: undefined },
  ],
  [
    'an error without a code',
    { error: 'No.' },
    { kind: 'error', message: 'No.', code: 'internal', segment: undefined },
  ],
  [
    'the error of a segment',
    { error: 'No.', code: 'utterance_failed', segment: 3, start: 1, end: 2 },
    { kind: 'error', message: 'No.', code: 'utterance_failed', segment: 3 },
  ],
  ['the end', { ended: true, duration: 2.5, segments: 1 }, { kind: 'ended', duration: 2.5 }],
  ['the end and nothing else', { ended: true }, { kind: 'ended', duration: undefined }],
  ['a kind that newer servers may have', { acknowledged: 12 }, undefined],
];

const refused: readonly [name: string, data: unknown, said: string][] = [
  ['no JSON', '<html>', '"<html>", which is no JSON.'],
  ['JSON that is no object', '[1]', '"[1]", which is no JSON object.'],
  ['null', 'null', '"null", which is no JSON object.'],
  ['binary', new ArrayBuffer(2), 'a binary message'],
  ['a partial that is no text', '{"partial":1,"segment":0,"start":0,"end":1}', '"partial" is 1'],
  ['a partial without a place', '{"partial":"a","start":0,"end":1}', '"segment" is missing'],
  ['half a segment', '{"partial":"a","segment":0.5,"start":0,"end":1}', '"segment" is 0.5'],
  ['time before the start', '{"final":"a","segment":0,"start":-1,"end":1}', '"start" is -1'],
  ['a time that is a text', '{"final":"a","segment":0,"start":0,"end":"1"}', '"end" is "1"'],
  ['words without times', '{"final":"a","segment":0,"start":0,"end":1,"words":[{"word":"a"}]}', '"words" is [{'],
  ['a session without a name', '{"session_id":7}', '"session_id" is 7'],
];

describe('messages of the server', () => {
  it.each(understood)('%s', (_name, message, parsed) => {
    expect(parseServerMessage(JSON.stringify(message))).toEqual(parsed);
  });

  it.each(refused)('refuses %s and says what was wrong', (_name, data, said) => {
    expect(() => parseServerMessage(data)).toThrow(
      expect.objectContaining({ code: 'bad_answer', message: expect.stringContaining(said) }),
    );
  });
});
