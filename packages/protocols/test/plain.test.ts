import { timelineMs } from '@live-transcribe/audio';
import type { Frame, Seq } from '@live-transcribe/core';
import { describe, expect, it } from 'vitest';
import { plainProtocol } from '../src/index.ts';

const open = (query = '') =>
  plainProtocol({ language: 'sv', model: 'the-default', sampleRate: 16_000 }).codec(new URLSearchParams(query));
const text = (message: string): Frame => ({ kind: 'text', text: message });

describe('/ws', () => {
  it.each([
    ['', { language: 'sv', model: 'the-default', audio: { encoding: 'auto', sampleRate: 16_000, channels: 1 } }],
    ['language=en', { language: 'en' }],
    ['language=auto', { language: undefined }],
    ['model=whisper-1', { model: 'whisper-1' }],
    ['sample_rate=48000', { audio: { encoding: 'auto', sampleRate: 48_000, channels: 1 } }],
    ['language=&model=&sample_rate=', { language: 'sv', model: 'the-default' }],
    ['token=x&foo=bar', { language: 'sv' }],
  ])('begins at once, with the query "%s"', (query, expected) => {
    expect(open(query).begin()).toMatchObject(expected);
  });

  it.each([
    ['language=nolanguage', '"language"'],
    ['sample_rate=abc', '8000 to 192000'],
    ['sample_rate=7999', '"sample_rate"'],
    ['sample_rate=-16000', '"sample_rate"'],
  ])('refuses the query "%s"', (query, hint) => {
    expect(() => open(query).begin()).toThrow(
      expect.objectContaining({ code: 'bad_value', message: expect.stringContaining(hint) }),
    );
  });

  it.each([
    ['{"type":"flush"}', { kind: 'commit' }],
    ['{"type":"reset"}', { kind: 'clear' }],
    ['{"type":"stop","now":true}', { kind: 'stop' }],
    ['{"type":"dance"}', undefined],
    ['"flush"', undefined],
    ['null', undefined],
    ['not JSON', undefined],
    ['', undefined],
  ])('takes the text %s as %j', (message, command) => {
    expect(open().decode(text(message))).toEqual(command);
  });

  it('takes binary messages as audio', () => {
    const bytes = new Uint8Array([1, 2]);
    expect(open().decode({ kind: 'binary', bytes })).toEqual({ kind: 'audio', bytes });
  });

  it('tells partials, finals and errors as its front end reads them', () => {
    const said = { segment: 0, start: timelineMs(0), end: timelineMs(320), text: 'hej', vendorEvent: 'x.delta' };
    const seq = 1 as Seq;
    const error = { code: 'engine_lost', message: 'Gone.' } as const;
    const codec = open();
    const ts = { start_s: 0, end_s: 0.32 };
    expect(JSON.parse(codec.encode({ kind: 'partial', ...said }) ?? '')).toEqual({
      type: 'partial',
      text: 'hej',
      ts,
      event: 'x.delta',
    });
    expect(JSON.parse(codec.encode({ kind: 'final', seq, ...said }) ?? '')).toMatchObject({
      type: 'final',
      text: 'hej',
      ts,
    });
    const closed = { kind: 'closed', seq, duration: timelineMs(0), segments: 0 } as const;
    expect(codec.encode(closed)).toBeUndefined();
    expect(JSON.parse(codec.encode({ ...closed, error }) ?? '')).toEqual({
      type: 'error',
      error: 'Gone.',
      code: 'engine_lost',
    });
    expect(codec.encode({ kind: 'words', seq, segment: 0, words: [] })).toBeUndefined();
    const notice = { code: 'restarted', message: 'Anew.' } as const;
    expect(JSON.parse(codec.encodeNotice(notice, timelineMs(320)))).toEqual({
      type: 'notice',
      notice: 'Anew.',
      code: 'restarted',
      ts: { start_s: 0.32 },
    });
  });
});
