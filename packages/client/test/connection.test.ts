import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { type Connection, type ConnectOptions, connect } from '../src/connection.ts';
import type { TranscriptionEvent } from '../src/messages.ts';
import type { OpenSocket } from '../src/socket.ts';
import { type Client, openGateway } from './gateway.ts';

/** Node 20 has no global WebSocket. */
const openSocket: OpenSocket = (url) => new WebSocket(url);
const session = { session_id: 'a1', engine: 'scripted', model: 'm', language: 'en' };
const closed = { segment: 0, start: 0, end: 1 };

let gateway: Awaited<ReturnType<typeof openGateway>>;
beforeEach(async () => {
  gateway = await openGateway();
});
afterEach(() => gateway.close());

const dial = (options: Partial<ConnectOptions> = {}) =>
  connect({ url: gateway.url, sampleRate: 24_000, openSocket, ...options });

/** Both ends of a conversation that has begun. */
async function converse(options: Partial<ConnectOptions> = {}): Promise<{ client: Client; connection: Connection }> {
  const coming = gateway.client();
  const connecting = dial(options);
  const client = await coming;
  await client.next();
  client.say(session);
  return { client, connection: await connecting };
}

async function readAll(events: AsyncIterable<TranscriptionEvent>) {
  const read: TranscriptionEvent[] = [];
  for await (const event of events) read.push(event);
  return read;
}

describe('a conversation', () => {
  it('declares its audio first and begins with the session', async () => {
    const coming = gateway.client();
    const connecting = dial({ language: 'sv', prompt: 'Ärtsoppa' });
    const client = await coming;
    expect(await client.next()).toEqual({
      action: 'start',
      language: 'sv',
      prompt: 'Ärtsoppa',
      encoding: 'pcm16',
      sample_rate: 24_000,
    });
    client.say(session);
    const connection = await connecting;
    expect(await connection.started).toEqual({ id: 'a1', engine: 'scripted', model: 'm', language: 'en' });
    connection.stop().catch(() => undefined);
  });

  it('sends the samples as they are, little endian, and the actions between them', async () => {
    const { client, connection } = await converse();
    const samples = Int16Array.of(1, -2, 300, -32_768);
    connection.send(samples.subarray(1));
    samples.fill(0);
    connection.commit();
    expect(await client.next()).toEqual(Buffer.from([0xfe, 0xff, 0x2c, 0x01, 0x00, 0x80]));
    expect(await client.next()).toEqual({ action: 'commit' });
  });

  it('stops when the last final is there, and not before', async () => {
    const { client, connection } = await converse();
    const reading = readAll(connection.events);
    let stopped = false;
    const stopping = connection.stop().then(() => {
      stopped = true;
    });
    expect(await client.next()).toEqual({ action: 'stop' });
    expect(stopped).toBe(false);
    client.say({ final: 'a b', ...closed });
    client.say({ ended: true, duration: 1.5, segments: 1 });
    await stopping;
    const events = await reading;
    expect(events.map(({ kind }) => kind)).toEqual(['final', 'ended']);
    expect(events.at(-1)).toEqual({ kind: 'ended', duration: 1.5 });
    expect(await client.closed).toBe(1000);
    expect(() => connection.send(Int16Array.of(1))).toThrow('The conversation is over.');
  });

  it('keeps events that come together with the session for a reader who comes later', async () => {
    const coming = gateway.client();
    const connecting = dial();
    const client = await coming;
    await client.next();
    // One write, so that Node reads all of it at once.
    client.socket.send(JSON.stringify(session), () => undefined);
    client.say({ final: 'early', ...closed });
    client.say({ ended: true });
    const events = await readAll((await connecting).events);
    expect(events.map(({ kind }) => kind)).toEqual(['final', 'ended']);
  });

  it('does not pile up partials: what comes later says all that they say', async () => {
    const { client, connection } = await converse();
    const stopping = connection.stop();
    client.say({ partial: 'a', ...closed });
    client.say({ partial: 'a b', ...closed });
    client.say({ final: 'a b c', ...closed });
    client.say({ partial: 'd', ...closed, segment: 1 });
    client.say({ ended: true });
    await stopping;
    const events = await readAll(connection.events);
    expect(events.map((event) => ('text' in event ? event.text : event.kind))).toEqual(['a b c', 'd', 'ended']);
  });

  it('goes on after an error that ends nothing', async () => {
    const { client, connection } = await converse();
    client.say({ error: 'One part could not be transcribed.', code: 'utterance_failed', ...closed });
    client.say({ ended: true });
    const [error] = await readAll(connection.events);
    expect(error).toMatchObject({ kind: 'error', code: 'utterance_failed', segment: 0 });
  });
});

describe('a conversation that fails', () => {
  const endings: readonly [
    name: string,
    end: (client: Client) => void,
    expected: { code: string; message?: unknown },
  ][] = [
    [
      'the server says why and closes',
      ({ say, socket }) => {
        say({ error: 'Every recogniser is in use.', code: 'engine_busy' });
        socket.close(1013);
      },
      { code: 'engine_busy', message: 'Every recogniser is in use.' },
    ],
    ['the server stops without a word', ({ socket }) => socket.close(1001), { code: 'shutting_down' }],
    [
      'the engine fails without a word',
      ({ socket }) => socket.close(1011, 'boom'),
      { code: 'internal', message: expect.stringContaining('boom') },
    ],
    ['the network breaks', ({ socket }) => socket.terminate(), { code: 'connection_lost' }],
    ['the server closes as if all was said', ({ socket }) => socket.close(1000), { code: 'connection_lost' }],
    ['the answer makes no sense', ({ socket }) => socket.send('<html>'), { code: 'bad_answer' }],
    [
      'an old error does not explain a new close',
      ({ say, socket }) => {
        say({ error: 'One part failed.', code: 'utterance_failed', ...closed });
        say({ final: 'a', ...closed });
        socket.terminate();
      },
      { code: 'connection_lost' },
    ],
  ];

  it.each(endings)('%s: reader, sender and stop are told', async (_name, end, expected) => {
    const { client, connection } = await converse();
    end(client);
    await expect(readAll(connection.events)).rejects.toMatchObject(expected);
    await expect(connection.stop()).rejects.toMatchObject(expected);
    expect(() => connection.send(Int16Array.of(1))).toThrow(expect.objectContaining(expected));
  });

  it('is refused where nobody listens', async () => {
    const { url } = gateway;
    await gateway.close();
    await expect(dial({ url })).rejects.toMatchObject({ code: 'connection_refused' });
    gateway = await openGateway();
  });

  it('is refused where the address is none', async () => {
    await expect(dial({ url: 'gateway' })).rejects.toMatchObject({ code: 'connection_refused' });
    await expect(dial({ url: 'ftp://gateway/' })).rejects.toMatchObject({ code: 'connection_refused' });
  });

  it('is refused by a server that has no engine, in its words', async () => {
    const coming = gateway.client();
    const connecting = dial();
    const client = await coming;
    client.say({ error: 'This server has no engine.', code: 'engine_unavailable' });
    client.socket.close(1013);
    await expect(connecting).rejects.toMatchObject({
      code: 'engine_unavailable',
      message: 'This server has no engine.',
    });
  });

  it('ends with the reason of the signal, before it began and after', async () => {
    const reason = new Error('enough');
    await expect(dial({ signal: AbortSignal.abort(reason) })).rejects.toBe(reason);

    const early = new AbortController();
    const coming = gateway.client();
    const connecting = dial({ signal: early.signal });
    const waiting = await coming;
    early.abort(reason);
    await expect(connecting).rejects.toBe(reason);
    await waiting.closed;

    const late = new AbortController();
    const { client, connection } = await converse({ signal: late.signal });
    late.abort(reason);
    await expect(readAll(connection.events)).rejects.toBe(reason);
    expect(await client.closed).toBe(1000);
  });

  it('keeps 30 s of audio for a slow network, then says so; what it took arrives', async () => {
    const { client, connection } = await converse();
    client.socket.pause();
    const second = new Int16Array(24_000);
    let taken = 0;
    const fill = () => {
      for (;;) {
        connection.send(second);
        taken += 1;
      }
    };
    expect(fill).toThrow(expect.objectContaining({ code: 'connection_too_slow' }));
    await expect(readAll(connection.events)).rejects.toMatchObject({ code: 'connection_too_slow' });
    // What the system's own socket buffers hold comes on top of the 30 s.
    expect(taken).toBeGreaterThanOrEqual(30);
    client.socket.resume();
    for (let arrived = 0; arrived < taken; arrived += 1) expect(await client.next()).toHaveLength(48_000);
    expect(await client.closed).toBe(1000);
  });
});
