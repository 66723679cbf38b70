import { once } from 'node:events';
import { describe, expect, it } from 'vitest';
import { bearer, Client, refusal, silence, simulate, tone } from './support/client.ts';

const delta = 'conversation.item.input_audio_transcription.delta';
const completed = 'conversation.item.input_audio_transcription.completed';

describe('the simulator plays other servers', () => {
  it('of the beta: a flat session, in and out, and no other', async () => {
    const simulator = await simulate({ dialect: 'beta', script: ['text'] });
    const client = await Client.open(simulator, { query: '?intent=transcription&model=whisper-1' });
    expect(await client.next()).toMatchObject({
      type: 'transcription_session.created',
      session: { input_audio_format: 'pcm16', turn_detection: { type: 'server_vad' } },
    });
    client.update({});
    expect(await client.next()).toMatchObject({ type: 'error', error: { code: 'invalid_value', param: 'type' } });
    const session = { input_audio_transcription: { model: 'whisper-1' }, turn_detection: null };
    client.say({ type: 'transcription_session.update', session });
    expect(await client.next()).toMatchObject({ type: 'transcription_session.updated', session });
    client.append(tone(200));
    client.say({ type: 'input_audio_buffer.commit' });
    const types = (await client.until(completed)).map(({ type }) => type);
    expect(types).toEqual(['input_audio_buffer.committed', 'conversation.item.created', delta, completed]);
  });

  it('that want a model in the address, a key in another header, or none', async () => {
    const beta = await simulate({ dialect: 'beta' });
    expect(await refusal(beta, {})).toMatchObject({ status: 400, body: { error: { code: 'missing_parameter' } } });
    const azure = await simulate({ dialect: 'azure', apiKey: 'right' });
    expect(await refusal(azure, bearer('right'))).toMatchObject({ status: 401 });
    await Client.open(azure, { headers: { 'api-key': 'right' } });
    const plain = await simulate({ dialect: 'plain' });
    await Client.open(plain, {});
    const mint = await fetch(`${plain.baseUrl}/realtime/client_secrets`, { method: 'POST' });
    expect(mint.status).toBe(404);
  });
});

describe('the simulator says', () => {
  it('words of a model that streams before the commit, each once', async () => {
    const client = await Client.open(await simulate({ script: ['one two three four'] }));
    client.update({ transcription: { model: 'gpt-realtime-whisper' }, turn_detection: null });
    await client.until('session.updated');
    client.append(tone(450));
    expect([await client.next(), await client.next()]).toMatchObject([
      { type: delta, delta: 'one' },
      { type: delta, delta: ' two' },
    ]);
    client.say({ type: 'input_audio_buffer.commit' });
    const read = await client.until(completed);
    expect(read.filter(({ type }) => type === delta)).toMatchObject([{ delta: ' three' }, { delta: ' four' }]);
    expect(read.at(-1)).toMatchObject({ transcript: 'one two three four' });
  });

  it('who spoke, where the model tells', async () => {
    const client = await Client.open(await simulate({ script: ['text'] }));
    client.update({ transcription: { model: 'gpt-4o-transcribe-diarize' }, turn_detection: null });
    client.append(tone(500));
    client.say({ type: 'input_audio_buffer.commit' });
    const segment = 'conversation.item.input_audio_transcription.segment';
    expect((await client.until(segment)).at(-1)).toMatchObject({ text: 'text', speaker: 'A', start: 0, end: 0.5 });
  });

  it('probabilities to whom asks for them', async () => {
    const client = await Client.open(await simulate({ script: ['two words'] }));
    const include = ['item.input_audio_transcription.logprobs'];
    const audio = { input: { transcription: { model: 'gpt-4o-transcribe' }, turn_detection: null } };
    client.say({ type: 'session.update', session: { type: 'transcription', include, audio } });
    client.append(tone(500));
    client.say({ type: 'input_audio_buffer.commit' });
    const logprob = Math.log(0.9);
    expect((await client.until(completed)).at(-1)).toMatchObject({
      logprobs: [
        { token: 'two', logprob },
        { token: ' words', logprob },
      ],
    });
  });

  it('pong, until it is told not to', async () => {
    const simulator = await simulate({ faults: [{ kind: 'ignore_pings', at: { samples: 1 } }] });
    const client = await Client.open(simulator);
    const connection = await simulator.connection(0);
    client.socket.ping('first');
    expect(String((await once(client.socket, 'pong'))[0])).toBe('first');
    client.append(silence(100));
    client.socket.ping('second');
    await connection.pinged(2);
    const ponged = once(client.socket, 'pong').then(() => 'pong');
    client.say({ type: 'input_audio_buffer.clear' });
    expect(await Promise.race([ponged, client.until('input_audio_buffer.cleared').then(() => 'none')])).toBe('none');
  });
});

describe('files', () => {
  const form = (fields: Readonly<Record<string, string | Blob>>) => {
    const body = new FormData();
    for (const [name, value] of Object.entries(fields)) body.set(name, value);
    return { method: 'POST', body, ...bearer('sk-any') };
  };

  it.each([
    ['no file', { model: 'whisper-1' }, 'file'],
    ['no model', { file: new Blob(['x']) }, 'model'],
    ['no WAV', { file: new Blob(['x']), model: 'whisper-1' }, 'file'],
  ])('with %s are refused', async (_name, fields, param) => {
    const { baseUrl } = await simulate();
    const answer = await fetch(`${baseUrl}/audio/transcriptions`, form(fields));
    expect(answer.status).toBe(400);
    expect(await answer.json()).toMatchObject({ error: { param } });
  });

  it('are no form, or from nobody', async () => {
    const { baseUrl } = await simulate();
    const url = `${baseUrl}/audio/transcriptions`;
    expect((await fetch(url, { method: 'POST', body: 'x', ...bearer('sk-any') })).status).toBe(400);
    expect((await fetch(url, { method: 'POST', body: 'x' })).status).toBe(401);
  });
});
