import { describe, expect, it } from 'vitest';
import { parseServerMessage } from '../src/parse-message.ts';

const started = (known: object) => ({
  kind: 'started',
  session: { id: 'a1', engine: undefined, model: undefined, language: undefined, resumable: false, ...known },
  received: undefined,
  heartbeatSeconds: undefined,
});
const error = (known: object) => ({
  kind: 'error',
  message: 'No.',
  code: 'internal',
  segment: undefined,
  start: undefined,
  end: undefined,
  fatal: false,
  ...known,
});

const understood: readonly [name: string, message: object, parsed: object | undefined][] = [
  [
    'a session',
    { session_id: 'a1', engine: 'pocketsphinx', model: 'en-us', language: 'en', extra: 1 },
    started({ engine: 'pocketsphinx', model: 'en-us', language: 'en' }),
  ],
  [
    'a session that is resumed',
    { session_id: 'a1', resumable_s: 60, resumed: true, received: 14.5, heartbeat_s: 10 },
    { ...started({ resumable: true }), received: 14.5, heartbeatSeconds: 10 },
  ],
  ['a session that says nothing else', { session_id: 'a1' }, started({})],
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
  ['an error', { error: 'No.', code: 'engine_busy' }, error({ code: 'engine_busy' })],
  ['an error without a code', { error: 'No.' }, error({})],
  [
    'the error of a segment',
    { error: 'No.', code: 'utterance_failed', segment: 3, start: 1, end: 2, seq: 9 },
    error({ code: 'utterance_failed', segment: 3, start: 1, end: 2 }),
  ],
  ['the end', { ended: true, duration: 2.5, segments: 1 }, { kind: 'ended', duration: 2.5 }],
  ['the end and nothing else', { ended: true }, { kind: 'ended', duration: undefined }],
  ['what is covered', { covered: 12.32, seq: 7 }, { kind: 'covered', through: 12.32 }],
  [
    'a notice',
    { notice: 'Well.', code: 'damaged', start: 1 },
    { kind: 'notice', message: 'Well.', code: 'damaged', start: 1 },
  ],
  [
    'words that come later',
    { words: [{ word: 'so', start: 0, end: 1 }], segment: 2, seq: 3 },
    { kind: 'words', words: [{ word: 'so', start: 0, end: 1 }], segment: 2 },
  ],
  [
    'a final with all that may be known',
    { final: 'so', segment: 0, start: 0, end: 1, speaker: 'A', confidence: 0.9 },
    { kind: 'final', text: 'so', segment: 0, start: 0, end: 1, speaker: 'A', confidence: 0.9 },
  ],
  ['a kind that newer servers may have', { acknowledged: 12 }, undefined],
];

const refused: readonly [name: string, data: unknown, said: string][] = [
  ['no JSON', '<html>', '"<html>" where a JSON object was expected.'],
  ['JSON that is no object', '[1]', '"[1]" where'],
  ['null', 'null', '"null" where'],
  ['binary', new ArrayBuffer(2), 'binary data where'],
  ['a partial that is no text', '{"partial":1,"segment":0,"start":0,"end":1}', '"partial" is 1'],
  ['a partial without a place', '{"partial":"a","start":0,"end":1}', '"segment" is missing'],
  ['half a segment', '{"partial":"a","segment":0.5,"start":0,"end":1}', '"segment" is 0.5'],
  ['time before the start', '{"final":"a","segment":0,"start":-1,"end":1}', '"start" is -1'],
  ['a time that is a text', '{"final":"a","segment":0,"start":0,"end":"1"}', '"end" is "1"'],
  ['words without times', '{"final":"a","segment":0,"start":0,"end":1,"words":[{"word":"a"}]}', '"words" is [{'],
  ['a session without a name', '{"session_id":7}', '"session_id" is 7'],
  ['words of no segment', '{"words":[]}', '"segment" is missing'],
];

describe('messages of the server', () => {
  it.each(understood)('%s', (_name, message, parsed) => {
    expect(parseServerMessage(JSON.stringify(message))?.message).toEqual(parsed);
  });

  it('that are counted have their number beside them', () => {
    expect(parseServerMessage('{"ended":true,"seq":9}')?.seq).toBe(9);
    expect(parseServerMessage('{"ended":true}')?.seq).toBeUndefined();
  });

  it.each(refused)('refuses %s and says what was wrong', (_name, data, said) => {
    expect(() => parseServerMessage(data)).toThrow(
      expect.objectContaining({ code: 'bad_answer', message: expect.stringContaining(said) }),
    );
  });
});
