import { TranscriptionError } from '@live-transcribe/client';
import { errorTable } from '@live-transcribe/core';
import { describe, expect, it } from 'vitest';
import { problemOf } from '../src/problems.ts';

/** What the page never causes, or for which there is nothing better to say than the server's sentence. */
const plain: ReadonlySet<string> = new Set([
  'bad_message',
  'bad_value',
  'unknown_action',
  'not_started',
  'already_started',
  'start_timeout',
  'message_too_big',
  'bad_audio',
  'unsupported_audio',
  'utterance_failed',
  'engine_unreachable',
]);
const generic = 'Press Start to try again.';

describe('what goes wrong', () => {
  it.each(Object.keys(errorTable))('%s of the server comes with advice', (code) => {
    const { next } = problemOf(new TranscriptionError(code, 'It said so.'));
    if (plain.has(code)) expect(next).toBe(generic);
    else expect(next).not.toBe(generic);
  });

  it('is told in the server’s words where the page has none', () => {
    expect(problemOf(new TranscriptionError('full_moon', 'The moon is full.'))).toEqual({
      kind: 'error',
      what: 'The moon is full.',
      next: generic,
    });
  });

  it('does not take a name of every object for a code', () => {
    expect(problemOf(new TranscriptionError('constructor', 'Odd.'))).toMatchObject({ what: 'Odd.', next: generic });
  });

  it('does not show the insides of a fault of the page', () => {
    expect(problemOf(new TypeError('x is not a function')).what).toBe('Something went wrong on this page.');
  });
});
