import { streamMs } from '@live-transcribe/audio';
import { describe, expect, it } from 'vitest';
import { appendEvent } from '../src/append-event.ts';
import { endpointsAt } from '../src/endpoints.ts';
import { redactor } from '../src/redact.ts';
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
    audio.cut(streamMs(40));
    expect(audio.isLongEnough).toBe(false);
    audio.add(speech(40));
    expect(audio.isLongEnough).toBe(true);
    audio.cut();
    expect(audio.isLongEnough).toBe(false);
    expect(audio.end).toBe(140);
  });

  it('may speak as long as a sample after the cut is not zero', () => {
    const audio = new UncommittedAudio();
    audio.add(silence(200));
    expect(audio.maySpeak).toBe(false);
    audio.add(Int16Array.from([0, 0, 1, 0]));
    expect(audio.maySpeak).toBe(true);
    audio.add(silence(200));
    expect(audio.maySpeak).toBe(true);
    audio.cut(streamMs(201));
    expect(audio.maySpeak).toBe(false);
  });

  it('is not cut back, nor beyond what was given', () => {
    const audio = new UncommittedAudio();
    audio.add(speech(300));
    audio.cut(streamMs(10_000));
    audio.cut(streamMs(50));
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
    const endpoints = endpointsAt(baseUrl);
    expect(endpoints.clientSecrets.href).toBe(clientSecrets);
    expect(endpoints.realtime.href).toBe(`${realtime}?intent=transcription`);
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
