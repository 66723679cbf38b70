import { expect, it } from 'vitest';
import { parsePage, parseSession } from '../src/gateway/kept-session.ts';

it('a session of the server is read as the page shows it', () => {
  const words = [{ word: 'One.', start: 0.1, end: 0.4 }];
  const session = parseSession({
    id: 'a',
    started_at: '2026-03-09T08:00:00.000Z',
    ended_at: null,
    live: true,
    language: null,
    duration: 12.5,
    segments: 2,
    preview: 'One.',
    audio: { type: 'audio/flac', bytes: 1, duration: 1, complete: false },
    items: [
      { segment: 0, start: 0, end: 1, text: 'One.', speaker: 'Anna', words },
      { segment: 1, start: 2, end: 3, text: '', error: { code: 'utterance_failed' } },
      { segment: 2, start: 4, end: 5, text: 'Three.', speaker: null, words: null, error: null },
    ],
  });
  expect(session.audio).toEqual({ complete: false });
  expect(session).toMatchObject({ id: 'a', live: true, language: undefined, duration: 12.5 });
  expect(session.startedAt.toISOString()).toBe('2026-03-09T08:00:00.000Z');
  expect(session.items).toEqual([
    { index: 0, start: 0, end: 1, text: 'One.', state: 'final', speaker: 'Anna', words },
    { index: 1, start: 2, end: 3, text: '', state: 'failed' },
    { index: 2, start: 4, end: 5, text: 'Three.', state: 'final' },
  ]);
});

it('what is not as expected is as little as it can be', () => {
  expect(parsePage({})).toEqual({ sessions: [], next: undefined });
  expect(parsePage({ sessions: [{}], next: 'c' })).toMatchObject({ sessions: [{ id: '', live: false }], next: 'c' });
  expect(parseSession({ items: 'none' })).toMatchObject({ items: [], audio: undefined });
});
