import { timelineMs } from '@live-transcribe/audio';
import { type Command, type Frame, type LoggedEvent, type Partial, type Seq } from '@live-transcribe/core';
import { describe, expect, it } from 'vitest';
import { transcriptionsProtocol } from '../src/index.ts';

const options = { model: 'the-default', resumeSeconds: 60, heartbeatSeconds: 10 };
const open = () => transcriptionsProtocol(options).codec(new URLSearchParams());
const text = (message: unknown): Frame => ({
  kind: 'text',
  text: typeof message === 'string' ? message : JSON.stringify(message),
});
const audio: Frame = { kind: 'binary', bytes: new Uint8Array(4) };
const started = (members: object = {}) => {
  const codec = open();
  codec.decode(text({ action: 'start', ...members }));
  return codec;
};
const request = (members: object): Command | undefined => open().decode(text({ action: 'start', ...members }));

const defaults = {
  language: 'en',
  model: 'the-default',
  prompt: undefined,
  words: false,
  audio: { encoding: 'auto', sampleRate: 24_000, channels: 1 },
  resumable: false,
};

describe('/v1/transcriptions: the start message', () => {
  it.each([
    ['nothing', {}, {}],
    ['a language', { language: 'sv' }, { language: 'sv' }],
    ['a language with a region', { language: 'sv-SE' }, { language: 'sv' }],
    ['auto', { language: 'auto' }, { language: undefined }],
    ['null, as clients in other languages send it', { language: null, model: null, words: null }, {}],
    ['a model', { model: 'whisper-1' }, { model: 'whisper-1' }],
    ['a prompt and words', { prompt: 'Ada', words: true }, { prompt: 'Ada', words: true }],
    [
      'raw audio',
      { encoding: 'mulaw', sample_rate: 8_000, channels: 2 },
      { audio: { encoding: 'mulaw', sampleRate: 8_000, channels: 2 } },
    ],
    [
      'hints, and how the service shall listen',
      { keywords: ['Ada', 'Lovelace'], languages: ['sv-SE', 'en'], delay: 'low', noise_reduction: 'far_field' },
      { keywords: ['Ada', 'Lovelace'], languages: ['sv', 'en'], delay: 'low', noiseReduction: 'far_field' },
    ],
    [
      'turns by loudness',
      { turn_detection: { type: 'server_vad', threshold: 0.4, prefix_padding_ms: 200, silence_duration_ms: 700 } },
      { turns: { kind: 'server_vad', threshold: 0.4, prefixPaddingMs: 200, silenceDurationMs: 700 } },
    ],
    [
      'turns by meaning, without what concerns loudness',
      { turn_detection: { type: 'semantic_vad', eagerness: 'low', threshold: null } },
      { turns: { kind: 'semantic_vad', eagerness: 'low' } },
    ],
    [
      'turns by the gateway',
      { turn_detection: { type: 'gateway_vad', silence_duration_ms: 300 } },
      { turns: { kind: 'gateway_vad', silenceDurationMs: 300 } },
    ],
    ['turns by commits only', { turn_detection: { type: 'none' } }, { turns: { kind: 'none' } }],
    ['the wish to come back', { resumable: true }, { resumable: true }],
    ['the wish not to be kept', { keep_audio: false }, { keepAudio: false }],
    ['members not known', { foo: 1, bar: {} }, {}],
  ])('takes %s', (_, members, expected) => {
    expect(request(members)).toEqual({ kind: 'start', request: { ...defaults, ...expected } });
  });

  it('takes one that comes back to a session, with what may differ from the first time', () => {
    const resume = { session_id: 'an-id', from: 12.32, after: 7 };
    expect(request({ resume, encoding: 'opus', words: true, language: 'sv' })).toEqual({
      kind: 'resume',
      request: {
        session: 'an-id',
        from: 12_320,
        after: 7,
        audio: { encoding: 'opus', sampleRate: 24_000, channels: 1 },
        words: true,
      },
    });
  });

  it.each([
    ['keep_audio in words', text({ action: 'start', keep_audio: 'no' }), 'bad_value', '"keep_audio"'],
    ['resumable in words', text({ action: 'start', resumable: 'yes' }), 'bad_value', '"resumable"'],
    [
      'no id to come back to',
      text({ action: 'start', resume: { from: 0, after: 0 } }),
      'bad_value',
      '"resume.session_id"',
    ],
    [
      'a time before all',
      text({ action: 'start', resume: { session_id: 'x', from: -1, after: 0 } }),
      'bad_value',
      '"resume.from"',
    ],
    [
      'a time beyond all',
      text({ action: 'start', resume: { session_id: 'x', from: 1e12, after: 0 } }),
      'bad_value',
      '"resume.from"',
    ],
    [
      'half an event',
      text({ action: 'start', resume: { session_id: 'x', from: 0, after: 0.5 } }),
      'bad_value',
      '"resume.after"',
    ],
    ['no JSON', text('hello'), 'bad_message', 'not JSON'],
    ['JSON of another kind', text('[1]'), 'bad_message', 'another kind'],
    ['a text without end', text(`"${'x'.repeat(70_000)}"`), 'bad_message', '70002 characters'],
    ['audio', audio, 'not_started', '"action":"start"'],
    ['another action', text({ action: 'stop' }), 'not_started', '"stop"'],
    ['no action', text({ language: 'en' }), 'not_started', 'no action'],
    ['a language that is none', text({ action: 'start', language: 'klingonese' }), 'bad_value', '"language"'],
    ['a code that is no language', text({ action: 'start', language: 'xq' }), 'bad_value', '"language"'],
    ['a number for a language', text({ action: 'start', language: 7 }), 'bad_value', '"language"'],
    ['an encoding that is none', text({ action: 'start', encoding: 'mp3' }), 'bad_value', '"mulaw"'],
    ['a rate too low', text({ action: 'start', sample_rate: 4_000 }), 'bad_value', '8000 to 192000'],
    ['a rate that is no number', text({ action: 'start', sample_rate: '24k' }), 'bad_value', '"sample_rate"'],
    ['half a channel', text({ action: 'start', channels: 1.5 }), 'bad_value', '"channels"'],
    ['words that are no yes or no', text({ action: 'start', words: 'yes' }), 'bad_value', '"words"'],
    ['partials of another kind', text({ action: 'start', partials: 'some' }), 'bad_value', '"delta"'],
    [
      'keywords that are one text',
      text({ action: 'start', keywords: 'Ada' }),
      'bad_value',
      '"keywords" must be a list',
    ],
    ['too many keywords', text({ action: 'start', keywords: Array(201).fill('x') }), 'bad_value', 'at most 200'],
    [
      'a language among others that is none',
      text({ action: 'start', languages: ['sv', 'xq'] }),
      'bad_value',
      '"languages.1"',
    ],
    ['an unknown delay', text({ action: 'start', delay: 'soon' }), 'bad_value', '"minimal"'],
    [
      'turns by nobody known',
      text({ action: 'start', turn_detection: { type: 'magic' } }),
      'bad_value',
      '"gateway_vad"',
    ],
    [
      'a threshold above 1',
      text({ action: 'start', turn_detection: { type: 'server_vad', threshold: 2 } }),
      'bad_value',
      '"turn_detection.threshold" must be a number from 0 to 1',
    ],
    ['a prompt too long', text({ action: 'start', prompt: 'x'.repeat(9_000) }), 'bad_value', '"prompt"'],
  ])('refuses %s, naming what was wrong and what is expected', (_, frame, code, hint) => {
    expect(() => open().decode(frame)).toThrow(
      expect.objectContaining({ code, message: expect.stringContaining(hint) }),
    );
  });
});

describe('/v1/transcriptions: after the start', () => {
  it.each([
    [audio, { kind: 'audio', bytes: new Uint8Array(4) }],
    [text({ action: 'commit' }), { kind: 'commit' }],
    [text({ action: 'clear' }), { kind: 'clear' }],
    [text({ action: 'stop', why: 'enough' }), { kind: 'stop' }],
  ])('understands %j', (frame, command) => {
    expect(started().decode(frame)).toEqual(command);
  });

  it.each([
    [text({ action: 'start' }), 'already_started'],
    [text({ action: 'dance' }), 'unknown_action'],
    [text({}), 'unknown_action'],
    [text('{'), 'bad_message'],
  ])('reports %j', (frame, code) => {
    expect(() => started().decode(frame)).toThrow(expect.objectContaining({ code }));
  });
});

const partial = (segment: number, words: string): Partial => ({
  kind: 'partial',
  segment,
  start: timelineMs(320),
  end: timelineMs(900),
  text: words,
  vendorEvent: 'x.delta',
});
const seq = 1 as Seq;
const span = { start: timelineMs(320), end: timelineMs(1_500) };
const final: LoggedEvent = {
  kind: 'final',
  seq,
  segment: 2,
  ...span,
  text: 'hello',
  vendorEvent: 'x',
  words: [{ text: 'hello', start: timelineMs(400), end: timelineMs(900), confidence: 0.5 }],
};

describe('/v1/transcriptions: what the client reads', () => {
  const sent = (event: LoggedEvent | Partial, members: object = {}) =>
    JSON.parse(started(members).encode(event) ?? 'null');

  it('is told the session', () => {
    const opened = { kind: 'opened', seq, session: 'id', engine: 'openai', model: 'm', language: undefined } as const;
    expect(sent(opened)).toEqual({ session_id: 'id', engine: 'openai', model: 'm', language: 'auto' });
  });

  it('gets partials and finals with their place in seconds', () => {
    expect(sent(partial(2, 'hel'))).toEqual({ partial: 'hel', segment: 2, start: 0.32, end: 0.9 });
    expect(sent(final)).toEqual({ final: 'hello', segment: 2, start: 0.32, end: 1.5 });
  });

  it('gets words when it asked for them', () => {
    const words = [{ word: 'hello', start: 0.4, end: 0.9, confidence: 0.5 }];
    expect(sent(final, { words: true })).toMatchObject({ words });
  });

  it('gets words that come later, with their segment, when it asked for them', () => {
    const words = [{ text: 'hello', start: timelineMs(400), end: timelineMs(900) }];
    const later: LoggedEvent = { kind: 'words', seq, segment: 2, words };
    expect(sent(later, { words: true })).toEqual({ words: [{ word: 'hello', start: 0.4, end: 0.9 }], segment: 2 });
    expect(sent(later)).toBeNull();
  });

  it('is told who spoke', () => {
    expect(sent({ ...final, speaker: 'A' })).toMatchObject({ final: 'hello', speaker: 'A' });
  });

  it('is told at the end what the engine counted, and only then', () => {
    const usage = { audioSeconds: 0.1 + 0.2, outputTokens: 7 };
    expect(sent({ kind: 'closed', seq, duration: timelineMs(300), segments: 1, usage })).toEqual({
      ended: true,
      duration: 0.3,
      segments: 1,
      usage: { audio_seconds: 0.3, output_tokens: 7 },
    });
    expect(sent({ ...final, usage })).not.toHaveProperty('usage');
  });

  it('is not told of another engine connection', () => {
    const reason = { message: 'The hour is over.' };
    expect(sent({ kind: 'engine_changed', seq, at: timelineMs(0), planned: true, reason })).toBeNull();
  });

  it('gets no partials when it wants none', () => {
    expect(sent(partial(0, 'hel'), { partials: 'off' })).toBeNull();
  });

  it('gets deltas when it wants them, and the whole text where the engine takes something back', () => {
    const codec = started({ partials: 'delta' });
    const texts = [partial(0, 'I'), partial(0, 'I am'), partial(0, 'It was'), partial(1, 'Yes')];
    expect(texts.map((event) => JSON.parse(codec.encode(event) ?? ''))).toMatchObject([
      { delta: 'I', segment: 0 },
      { delta: ' am', segment: 0 },
      { partial: 'It was', segment: 0 },
      { delta: 'Yes', segment: 1 },
    ]);
  });

  it('gets the whole of the open segment first when it has come back, for that may have gone on', () => {
    const codec = started({ partials: 'delta', resume: { session_id: 'x', from: 0, after: 1 } });
    const texts = [partial(3, 'I am'), partial(3, 'I am here')];
    expect(texts.map((event) => JSON.parse(codec.encode(event) ?? ''))).toMatchObject([
      { partial: 'I am', segment: 3 },
      { delta: ' here', segment: 3 },
    ]);
  });

  it('reads numbers, and what it need not keep, only when it may come back', () => {
    const acknowledgement = { through: timelineMs(12_320), seq: 7 };
    const codec = started({ resumable: true });
    expect(JSON.parse(codec.encodeAcknowledgement(acknowledgement) ?? '')).toEqual({ covered: 12.32, seq: 7 });
    expect(started().encodeAcknowledgement(acknowledgement)).toBeUndefined();
    expect(sent(final, { resumable: true })).toMatchObject({ final: 'hello', seq: 1 });
    expect(sent(final)).not.toHaveProperty('seq');
    expect(sent(partial(0, 'x'), { resumable: true })).not.toHaveProperty('seq');
  });

  it('is told where the session is when it has come back', () => {
    const codec = started({ resume: { session_id: 'id', from: 0, after: 1 } });
    const resumption = { session: 'id', engine: 'openai', model: 'm', language: 'sv', received: timelineMs(14_500) };
    expect(JSON.parse(codec.encodeResumption(resumption) ?? '')).toEqual({
      session_id: 'id',
      engine: 'openai',
      model: 'm',
      language: 'sv',
      resumable_s: 60,
      heartbeat_s: 10,
      resumed: true,
      received: 14.5,
    });
  });

  it('is told what is odd about its audio, and where', () => {
    const notice = { code: 'gap_filled', message: 'Silence.' } as const;
    const told = JSON.parse(started({}).encodeNotice(notice, timelineMs(1_234)));
    expect(told).toEqual({ notice: 'Silence.', code: 'gap_filled', start: 1.234 });
  });

  it('is told of a segment without text, of lost audio, and of the end', () => {
    const error = { code: 'engine_lost', message: 'Gone.' } as const;
    expect(sent({ kind: 'segment_failed', seq, segment: 1, ...span, error })).toEqual({
      error: 'Gone.',
      code: 'engine_lost',
      segment: 1,
      start: 0.32,
      end: 1.5,
    });
    expect(sent({ kind: 'gap', seq, ...span, reason: error })).toMatchObject({ code: 'engine_lost', start: 0.32 });
    expect(sent({ kind: 'closed', seq, duration: timelineMs(2_500), segments: 3 })).toEqual({
      ended: true,
      duration: 2.5,
      segments: 3,
    });
    expect(sent({ kind: 'closed', seq, duration: timelineMs(0), segments: 0, error })).toEqual({
      error: 'Gone.',
      code: 'engine_lost',
    });
  });
});
