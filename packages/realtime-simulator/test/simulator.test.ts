import { once } from 'node:events';
import { describe, expect, it } from 'vitest';
import { bearer, Client, refusal, silence, simulate, tone } from './support/client.ts';
import { schemaFault, schemaIsThere, whyNot } from './support/schema.ts';

const input = (settings: object) => ({ type: 'transcription', audio: { input: settings } });

const mint = (baseUrl: string, body: string, key = 'sk-any') =>
  fetch(`${baseUrl}/realtime/client_secrets`, { method: 'POST', headers: { authorization: `Bearer ${key}` }, body });

describe('the list of models', () => {
  it('is for those who have a key', async () => {
    const simulator = await simulate({ apiKey: 'sk-right' });
    const ask = (key: string) => fetch(`${simulator.baseUrl}/models`, { headers: { authorization: `Bearer ${key}` } });
    expect((await ask('sk-wrong')).status).toBe(401);
    const answer = await ask('sk-right');
    expect([answer.status, await answer.json()]).toEqual([200, { object: 'list', data: [] }]);
  });
});

describe('client secrets', () => {
  it('are minted with the session asked for, and open it', async () => {
    const simulator = await simulate({ apiKey: 'sk-right' });
    const session = input({ transcription: { model: 'whisper-1', language: 'sv' } });
    const body = JSON.stringify({ expires_after: { anchor: 'created_at', seconds: 60 }, session });
    const answer = await mint(simulator.baseUrl, body, 'sk-right');
    const minted = await answer.json();
    expect(answer.status).toBe(200);
    expect(schemaFault('RealtimeCreateClientSecretResponse', minted)).toBeUndefined();
    expect(minted.value).toMatch(/^ek_/);
    expect(minted.expires_at).toBeGreaterThan(Date.now() / 1000);
    const client = await Client.open(simulator, bearer(minted.value));
    expect(await client.next()).toMatchObject({
      type: 'session.created',
      session: {
        object: 'realtime.transcription_session',
        audio: { input: { transcription: { model: 'whisper-1', language: 'sv' } } },
      },
    });
  });

  it('open a session from a browser, by sub-protocol', async () => {
    const simulator = await simulate({ apiKey: 'sk-right' });
    const { value } = await (await mint(simulator.baseUrl, '', 'sk-right')).json();
    const client = await Client.open(simulator, { protocols: ['realtime', `openai-insecure-api-key.${value}`] });
    expect(client.socket.protocol).toBe('realtime');
    expect((await simulator.connection(0)).auth).toBe('subprotocol');
  });

  it.each([
    ['no JSON', '{', null, null],
    ['an unknown member', '{"sessions":1}', 'unknown_parameter', 'sessions'],
    ['another type', '{"session":{"type":"realtime"}}', 'invalid_value', 'session.type'],
    ['no type', '{"session":{}}', 'missing_required_parameter', 'session.type'],
    ['too short a life', '{"expires_after":{"seconds":9}}', 'number_below_min_value', 'expires_after.seconds'],
  ])('are refused for %s', async (_name, body, code, param) => {
    const simulator = await simulate();
    const answer = await mint(simulator.baseUrl, body);
    expect(answer.status).toBe(400);
    expect(await answer.json()).toMatchObject({ error: { type: 'invalid_request_error', code, param } });
  });

  it('are refused for a wrong key, and other addresses are not found', async () => {
    const simulator = await simulate({ apiKey: 'sk-right' });
    const wrong = await mint(simulator.baseUrl, '', 'sk-this-is-wrong');
    expect(wrong.status).toBe(401);
    expect(await wrong.json()).toMatchObject({ error: { code: 'invalid_api_key' } });
    const none = await fetch(`${simulator.baseUrl}/realtime/client_secrets`, { method: 'POST' });
    expect(none.status).toBe(401);
    expect((await fetch(`${simulator.baseUrl}/files`)).status).toBe(404);
  });
});

describe('the upgrade', () => {
  it.each([
    ['no credential', {}, 401, null],
    ['a wrong key', bearer('sk-wrong'), 401, 'invalid_api_key'],
    ['an unknown secret', bearer('ek_unknown'), 401, 'invalid_api_key'],
    ['another intent', { ...bearer('sk-right'), query: '?model=gpt-realtime' }, 400, 'missing_model'],
  ])('is refused for %s', async (_name, dialling, status, code) => {
    const simulator = await simulate({ apiKey: 'sk-right' });
    expect(await refusal(simulator, dialling)).toMatchObject({ status, body: { error: { code } } });
  });

  it('is refused for a secret that has expired', async () => {
    const simulator = await simulate({ faults: [{ kind: 'expired_secret' }] });
    const { value } = await (await mint(simulator.baseUrl, '')).json();
    expect(await refusal(simulator, bearer(value))).toMatchObject({ status: 401 });
  });

  it('in the dialect of the beta is answered by an error and a close', async () => {
    const simulator = await simulate();
    const client = await Client.open(simulator, {
      headers: { authorization: 'Bearer sk-any', 'openai-beta': 'realtime=v1' },
    });
    expect(await client.next()).toMatchObject({ type: 'error', error: { code: 'beta_api_shape_disabled' } });
    expect(await once(client.socket, 'close')).toMatchObject({ 0: 4000 });
  });
});

const pcm = { type: 'audio/pcm', rate: 24_000 };
const place = 'session.audio.input';
const wrongUsage: readonly (readonly [string, unknown, string | null, string | null])[] = [
  ['what is no JSON', '{"type":', 'invalid_json', null],
  ['an unknown event', { type: 'input_audio_buffer.sing' }, 'invalid_value', 'type'],
  ['an event of the beta', { type: 'transcription_session.update', session: {} }, 'invalid_value', 'type'],
  ['no type', { audio: '' }, 'missing_required_parameter', 'type'],
  ['JSON that is no object', '[]', 'invalid_type', ''],
  ['no session', { type: 'session.update' }, 'missing_required_parameter', 'session'],
  ['a conversation', { type: 'session.update', session: { type: 'realtime' } }, 'invalid_value', 'session.type'],
  [
    'members of the beta',
    { type: 'session.update', session: { type: 'transcription', input_audio_format: 'pcm16' } },
    'unknown_parameter',
    'session.input_audio_format',
  ],
  ['an unknown format', update({ format: { type: 'audio/opus' } }), 'invalid_value', `${place}.format.type`],
  ['another rate', update({ format: { ...pcm, rate: 16_000 } }), 'invalid_value', `${place}.format.rate`],
  [
    'an unknown turn detection',
    update({ turn_detection: { type: 'telepathy' } }),
    'invalid_value',
    `${place}.turn_detection.type`,
  ],
  [
    'a threshold above 1',
    update({ turn_detection: { type: 'server_vad', threshold: 2 } }),
    'number_above_max_value',
    `${place}.turn_detection.threshold`,
  ],
  [
    'a language that is none',
    update({ transcription: { language: 'svenska' } }),
    'invalid_value',
    `${place}.transcription.language`,
  ],
  [
    'turn detection with gpt-realtime-whisper',
    update({ transcription: { model: 'gpt-realtime-whisper' } }),
    'invalid_value',
    `${place}.turn_detection`,
  ],
  [
    'a prompt with diarization',
    update({ transcription: { model: 'gpt-4o-transcribe-diarize', prompt: 'x' } }),
    'invalid_value',
    `${place}.transcription.prompt`,
  ],
  [
    'a prompt with gpt-realtime-whisper',
    update({ transcription: { model: 'gpt-realtime-whisper', prompt: 'x' }, turn_detection: null }),
    'invalid_value',
    `${place}.transcription.prompt`,
  ],
  [
    'keywords with whisper-1',
    update({ transcription: { model: 'whisper-1', keywords: ['x'] } }),
    'invalid_value',
    `${place}.transcription.keywords`,
  ],
  [
    'languages with whisper-1',
    update({ transcription: { model: 'whisper-1', languages: ['sv'] } }),
    'invalid_value',
    `${place}.transcription.languages`,
  ],
  [
    'a delay with whisper-1',
    update({ transcription: { model: 'whisper-1', delay: 'low' } }),
    'invalid_value',
    `${place}.transcription.delay`,
  ],
  [
    'a model that is not there',
    update({ transcription: { model: 'gpt-9' } }),
    'model_not_found',
    `${place}.transcription.model`,
  ],
  ['what is no base64', { type: 'input_audio_buffer.append', audio: '*' }, 'invalid_value', 'audio'],
  ['half a sample', { type: 'input_audio_buffer.append', audio: 'AAAA' }, 'invalid_value', 'audio'],
  ['audio that is no string', { type: 'input_audio_buffer.append', audio: [1] }, 'invalid_type', 'audio'],
  [
    '15 MiB and more',
    { type: 'input_audio_buffer.append', audio: 'A'.repeat(15 * 1024 * 1024 + 4) },
    'string_above_max_length',
    'audio',
  ],
  [
    'an endless event_id',
    { type: 'input_audio_buffer.clear', event_id: 'x'.repeat(513) },
    'string_above_max_length',
    'event_id',
  ],
  ['a commit of nothing', { type: 'input_audio_buffer.commit' }, 'input_audio_buffer_commit_empty', null],
];

function update(settings: object) {
  return { type: 'session.update', session: input(settings) };
}

describe('wrong usage is answered by an error, and the session goes on:', () => {
  const models = ['whisper-1', 'gpt-4o-transcribe', 'gpt-4o-transcribe-diarize', 'gpt-realtime-whisper'];

  it.each(wrongUsage)('%s', async (_name, event, code, param) => {
    const simulator = await simulate({ models });
    const client = await Client.open(simulator);
    await client.until('session.created');
    const isNamed = typeof event === 'object' && !('event_id' in (event ?? {}));
    client.say(isNamed ? { ...event, event_id: 'mine' } : event);
    const error = { type: 'invalid_request_error', code, param, ...(isNamed && { event_id: 'mine' }) };
    expect(await client.next()).toMatchObject({ type: 'error', error });
    client.say({ type: 'input_audio_buffer.clear' });
    expect(await client.next()).toMatchObject({ type: 'input_audio_buffer.cleared' });
  });

  it('a binary message', async () => {
    const client = await Client.open(await simulate());
    await client.until('session.created');
    client.socket.send(Buffer.from('{"type":"input_audio_buffer.clear"}'));
    expect(await client.next()).toMatchObject({ type: 'error', error: { code: 'invalid_json' } });
  });
});

describe('the session', () => {
  it('is updated by what is present, and told as it is in force', async () => {
    const simulator = await simulate();
    const client = await Client.open(simulator);
    await client.until('session.created');
    client.update({ transcription: { model: 'gpt-4o-transcribe' }, noise_reduction: { type: 'near_field' } });
    await client.next();
    client.update({ turn_detection: { type: 'server_vad', silence_duration_ms: 200 }, noise_reduction: null });
    const updated = await client.next();
    expect(updated).toMatchObject({
      type: 'session.updated',
      session: {
        type: 'transcription',
        audio: {
          input: {
            format: pcm,
            transcription: { model: 'gpt-4o-transcribe' },
            turn_detection: { type: 'server_vad', threshold: 0.5, prefix_padding_ms: 300, silence_duration_ms: 200 },
          },
        },
      },
    });
    expect(updated).not.toHaveProperty('session.audio.input.noise_reduction');
  });

  it('finds utterances by their loudness, pads and chains them', async () => {
    const simulator = await simulate({ script: ['Hello there', 'Good bye'] });
    const client = await Client.open(simulator);
    for (const part of [silence(500), tone(400), silence(200), tone(400), silence(700), tone(600), silence(500)]) {
      client.append(part);
    }
    const first = await client.until('conversation.item.input_audio_transcription.completed');
    const second = await client.until('conversation.item.input_audio_transcription.completed');
    expect(first.map(({ type }) => type)).toEqual([
      'session.created',
      'input_audio_buffer.speech_started',
      'input_audio_buffer.speech_stopped',
      'input_audio_buffer.committed',
      'conversation.item.added',
      'conversation.item.done',
      'conversation.item.input_audio_transcription.delta',
      'conversation.item.input_audio_transcription.delta',
      'conversation.item.input_audio_transcription.completed',
    ]);
    const [, started, stopped, committed] = first;
    expect(started).toMatchObject({ audio_start_ms: 200 });
    expect(stopped).toMatchObject({ audio_end_ms: 2_000 });
    expect(committed).toMatchObject({ previous_item_id: null });
    expect(first.at(-1)).toMatchObject({ transcript: 'Hello there', usage: { type: 'tokens', input_tokens: 18 } });
    const item_id = committed?.type === 'input_audio_buffer.committed' ? committed.item_id : '';
    expect(second[0]).toMatchObject({ audio_start_ms: 2_000 });
    expect(second[1]).toMatchObject({ audio_end_ms: 3_300 });
    expect(second[2]).toMatchObject({ previous_item_id: item_id });
    expect(second.at(-1)).toMatchObject({ transcript: 'Good bye' });
  });

  it.each([
    ['a threshold above the loudness', { type: 'server_vad', threshold: 0.9 }, []],
    ['a threshold below the loudness', { type: 'server_vad', threshold: 0.2 }, [200, 1_400]],
    ['another padding', { type: 'server_vad', threshold: 0.2, prefix_padding_ms: 100 }, [400, 1_400]],
    ['another silence', { type: 'server_vad', threshold: 0.2, silence_duration_ms: 200 }, [200, 1_100]],
    ['semantic detection', { type: 'semantic_vad', eagerness: 'high' }, []],
  ])('honours %s', async (_name, turn_detection, expected) => {
    const simulator = await simulate();
    const client = await Client.open(simulator);
    client.update({ turn_detection });
    client.append(silence(500));
    // About -43 dB below full scale.
    client.append(tone(400, 330));
    client.append(silence(1_000));
    client.say({ type: 'input_audio_buffer.clear' });
    const read = await client.until('input_audio_buffer.cleared');
    const marks = read.flatMap((event) => {
      if (event.type === 'input_audio_buffer.speech_started') return [event.audio_start_ms];
      return event.type === 'input_audio_buffer.speech_stopped' ? [event.audio_end_ms] : [];
    });
    expect(marks).toEqual(expected);
  });

  it('transcribes only on commit without turn detection, and whisper-1 says its text as one', async () => {
    const simulator = await simulate({
      script: ({ startMs, endMs, samples }) => ({ transcript: `${startMs} to ${endMs}, ${samples.length} samples` }),
    });
    const client = await Client.open(simulator);
    client.update({ transcription: { model: 'whisper-1' }, turn_detection: null });
    client.append(tone(1_000));
    client.say({ type: 'input_audio_buffer.clear' });
    client.append(tone(500));
    client.append(silence(1_000));
    client.say({ type: 'input_audio_buffer.commit' });
    const read = await client.until('conversation.item.input_audio_transcription.completed');
    expect(read.at(2)).toMatchObject({ type: 'input_audio_buffer.cleared' });
    expect(read.at(-2)).toMatchObject({ delta: '1000 to 2500, 36000 samples' });
    expect(read.at(-1)).toMatchObject({ usage: { type: 'duration', seconds: 1.5 } });
  });

  it('says plainly that it is a simulator where nobody wrote its text, and nothing for silence', async () => {
    const client = await Client.open(await simulate());
    client.update({ turn_detection: null });
    for (const audio of [tone(200), silence(200)]) {
      client.append(audio);
      client.say({ type: 'input_audio_buffer.commit' });
    }
    const completed = 'conversation.item.input_audio_transcription.completed';
    expect((await client.until(completed)).at(-1)).toMatchObject({ transcript: 'simulated utterance 1' });
    expect((await client.until(completed)).at(-1)).toMatchObject({ transcript: '' });
  });

  it('records what it was sent, up to its bound', async () => {
    const simulator = await simulate({ recordSamples: 4_000 });
    const client = await Client.open(simulator);
    client.append(tone(100));
    client.append(tone(100));
    const connection = await simulator.connection(0);
    await connection.heardAtLeast(4_800);
    expect(connection.recording).toEqual(new Int16Array([...tone(100), ...tone(100).subarray(0, 1_600)]));
    expect(connection.heard).toBe(4_800);
    expect(await connection.received('input_audio_buffer.append', 2)).toHaveProperty('audio');
    client.socket.close(1000);
    await connection.closed;
    await expect(connection.received('input_audio_buffer.commit')).rejects.toThrow('closed');
    await expect(connection.heardAtLeast(5_000)).rejects.toThrow('closed');
  });
});

describe("OpenAI's own description of the events", () => {
  // Every test of this file and of the engine holds its conversations to it; this one says whether they could.
  it.skipIf(!schemaIsThere)(schemaIsThere ? 'is there, and tells right from wrong' : whyNot, () => {
    expect(schemaFault('ClientEvent', { type: 'input_audio_buffer.append', audio: 'AAA=' })).toBeUndefined();
    expect(schemaFault('ClientEvent', { type: 'input_audio_buffer.append' })).toContain('audio');
    expect(schemaFault('ServerEvent', { type: 'input_audio_buffer.committed', event_id: 'e' })).toContain('item_id');
  });
});
