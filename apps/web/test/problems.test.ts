import { TranscriptionError } from '@live-transcribe/client';
import { describe, expect, it } from 'vitest';
import { GatewayError } from '../src/gateway/gateway.ts';
import { noticeOf, PageError, problemOf, tell } from '../src/problems.ts';
import { en } from '../src/words/en.ts';

const told = (thrown: unknown) => tell(problemOf(thrown), en);

describe('what goes wrong', () => {
  it.each([
    [new TranscriptionError('microphone_lost', 'Gone.'), 'The microphone was disconnected.'],
    [new GatewayError('store_unavailable', 'Disk full.'), 'storage is full'],
    [new PageError('file_empty'), 'This file is empty.'],
  ])('is told in the page’s words: %s', (thrown, what) => {
    expect(told(thrown).what).toContain(what);
    expect(told(thrown).detail).toBeUndefined();
  });

  it('is told in the server’s words where the page has none', () => {
    const next = 'Press Start to try again.';
    const moon = { what: 'The moon is full.', next, detail: undefined };
    expect(told(new TranscriptionError('full_moon', 'The moon is full.'))).toEqual(moon);
    expect(told(new TranscriptionError('constructor', 'Odd.'))).toMatchObject({ what: 'Odd.', next });
    expect(tell(noticeOf('full_moon', 'It waxes.'), en).next).toBe('The transcription goes on.');
  });

  it('comes with the server’s sentence where that knows more than the code', () => {
    const said = 'ALAC is not decoded here; send AAC.';
    expect(told(new TranscriptionError('unsupported_audio', said)).detail).toBe(said);
  });

  it('does not show the insides of a fault of the page', () => {
    const { what, next } = told(new TypeError('x is not a function'));
    expect(`${what} ${next}`).toBe('Something went wrong on this page. Reload it and try again.');
  });
});
