import { describe, expect, it } from 'vitest';
import { appendEvent } from '../src/append-event.ts';
import { asSocket, dialectNamed, parseBaseUrl } from '../src/dialects.ts';
import { redactor } from '../src/redact.ts';
import { retryAfterIn, retryAfterOf } from '../src/retry-after.ts';
import { SentAudio } from '../src/sent-audio.ts';
import { UncommittedAudio } from '../src/uncommitted-audio.ts';
import { ruler, silence, speech } from './support/audio.ts';

describe('the append event', () => {
  it.each([1, 2, 3, 4, 2_400, 65_536])('of %i samples is what JSON.stringify would make', (count) => {
    const samples = ruler(7, count);
    const audio = Buffer.from(samples.buffer).toString('base64');
    const expected = JSON.stringify({ type: 'input_audio_buffer.append', audio });
    expect(appendEvent(samples).toString()).toBe(expected);
    // A view into a larger memory, as the session's ring gives it.
    const inMiddle = new Int16Array(count + 5);
    inMiddle.set(samples, 3);
    expect(appendEvent(inMiddle.subarray(3, 3 + count)).toString()).toBe(expected);
  });
});

describe('uncommitted audio', () => {
  it('is long enough from 100 ms after the last cut', () => {
    const audio = new UncommittedAudio();
    audio.add(speech(99));
    expect(audio.isLongEnough).toBe(false);
    audio.add(speech(1));
    expect(audio.isLongEnough).toBe(true);
    audio.cut(40);
    expect(audio.isLongEnough).toBe(false);
    audio.add(speech(40));
    expect(audio.isLongEnough).toBe(true);
    audio.cut();
    expect(audio.isLongEnough).toBe(false);
  });

  it('may speak as long as a sample after the cut is not zero', () => {
    const audio = new UncommittedAudio();
    audio.add(silence(200));
    expect(audio.maySpeak).toBe(false);
    audio.add(Int16Array.from([0, 0, 1, 0]));
    expect(audio.maySpeak).toBe(true);
    audio.add(silence(200));
    expect(audio.maySpeak).toBe(true);
    audio.cut(201);
    expect(audio.maySpeak).toBe(false);
  });

  it('is not cut back, nor beyond what was given', () => {
    const audio = new UncommittedAudio();
    audio.add(speech(300));
    audio.cut(10_000);
    audio.cut(50);
    audio.add(speech(99));
    expect(audio.isLongEnough).toBe(false);
    audio.add(speech(1));
    expect(audio.isLongEnough).toBe(true);
  });
});

describe('the addresses', () => {
  it.each([
    [
      'https://api.openai.com/v1',
      'https://api.openai.com/v1/realtime/client_secrets',
      'wss://api.openai.com/v1/realtime',
    ],
    [
      'https://api.openai.com/v1/',
      'https://api.openai.com/v1/realtime/client_secrets',
      'wss://api.openai.com/v1/realtime',
    ],
    ['http://127.0.0.1:81/a/b', 'http://127.0.0.1:81/a/b/realtime/client_secrets', 'ws://127.0.0.1:81/a/b/realtime'],
    ['http://127.0.0.1:81', 'http://127.0.0.1:81/realtime/client_secrets', 'ws://127.0.0.1:81/realtime'],
  ])('below %s', (baseUrl, clientSecrets, realtime) => {
    const base = parseBaseUrl(baseUrl);
    const openai = dialectNamed('openai');
    expect(openai.clientSecrets(base).href).toBe(clientSecrets);
    expect(asSocket(openai.realtime(base, 'whisper-1')).href).toBe(`${realtime}?intent=transcription`);
  });
});

describe('redaction', () => {
  const redact = redactor(['my+key.with*signs', 'ek_1234']);
  it.each([
    ['Bearer my+key.with*signs!', 'Bearer [secret]!'],
    ['Incorrect API key provided: sk-proj-ab****wxyz. You', 'Incorrect API key provided: [secret] You'],
    ['{"value":"ek_abcdef012345"}', '{"value":"[secret]"}'],
    ['ask-me about a desk-top', 'ask-me about a desk-top'],
  ])('of %s', (text, clean) => expect(redact(text)).toBe(clean));
});

describe('a wait that the service asks for', () => {
  const now = Date.parse('2026-08-01T12:00:00Z');
  it.each([
    [{ 'retry-after': '20' }, 20_000],
    [{ 'retry-after': '0.5' }, 500],
    [{ 'retry-after-ms': '350', 'retry-after': '1' }, 350],
    [{ 'retry-after': 'Sat, 01 Aug 2026 12:00:30 GMT' }, 30_000],
    [{ 'retry-after': 'Sat, 01 Aug 2026 11:00:00 GMT' }, undefined],
    [{ 'retry-after': 'soon' }, undefined],
    [{}, undefined],
  ])('by headers: %j', (headers, ms) => {
    expect(retryAfterOf(new Headers(Object.entries(headers)), now)).toBe(ms);
  });

  it.each([
    ['Rate limit reached. Please try again in 20s. Visit', 20_000],
    ['Please try again in 1.234s.', 1_234],
    ['Please try again in 350ms.', 350],
    ['Please try again in 1m20s.', 80_000],
    ['try again in 2h5m', 7_500_000],
    ['Please try again in a moment.', undefined],
    ['Nothing.', undefined],
  ])('by words: %s', (message, ms) => expect(retryAfterIn(message)).toBe(ms));
});

describe('where what was sent lies in the stream', () => {
  it('is the same place as long as nothing is skipped', () => {
    const sent = new SentAudio();
    sent.add(0, 2_400);
    sent.add(2_400, 2_400);
    expect(sent.end).toBe(200);
    expect(sent.toStream(150)).toBe(150);
  });

  it('is later by what was skipped before it', () => {
    const sent = new SentAudio();
    sent.add(0, 24_000);
    sent.add(72_000, 24_000);
    sent.add(240_000, 24_000);
    expect(sent.end).toBe(11_000);
    expect([999, 1_000, 1_999, 2_000, 2_500].map((ms) => sent.toStream(ms))).toEqual([
      999, 3_000, 3_999, 10_000, 10_500,
    ]);
  });

  it('stays bounded, and right where the service still is', () => {
    const sent = new SentAudio();
    for (let second = 0; second < 1_000; second += 1) sent.add(second * 48_000, 24_000);
    expect(sent.toStream(999_500)).toBe(1_998_500);
  });
});
