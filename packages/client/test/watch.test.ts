import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { TranscriptionEvent, WatchedTranscription, WatchOptions } from '../src/index.ts';
import { watch } from '../src/index.ts';
import { arrival } from './support/arrival.ts';

interface Watcher {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  /** One event, by its number where it has one. */
  say(message: object, id?: number): void;
}

/** The server's end of the events, in the hands of a test. */
let http = createServer();
let next: ((watcher: Watcher) => void) | undefined;
let waiting: Watcher[] = [];

beforeEach(async () => {
  waiting = [];
  http = createServer((request, response) => {
    const say = (message: object, id?: number) => {
      response.write(`${id === undefined ? '' : `id: ${id}\n`}event: any\ndata: ${JSON.stringify(message)}\n\n`);
    };
    const watcher = { request, response, say };
    if (next) next(watcher);
    else waiting.push(watcher);
    next = undefined;
  }).listen(0, '127.0.0.1');
  await once(http, 'listening');
});

afterEach(async () => {
  http.closeAllConnections();
  await new Promise((resolve) => http.close(resolve));
});

/** The next watcher; its events begin at once. */
async function come(status = 200): Promise<Watcher> {
  const watcher = waiting.shift() ?? (await new Promise<Watcher>((resolve) => (next = resolve)));
  if (status === 200) watcher.response.writeHead(200, { 'content-type': 'text/event-stream' }).flushHeaders();
  return watcher;
}

const begin = (options: Partial<WatchOptions> = {}) =>
  watch({
    url: `ws://127.0.0.1:${(http.address() as AddressInfo).port}/v1/transcriptions`,
    session: 'a/1',
    ...options,
  });

async function readAll(feed: WatchedTranscription): Promise<TranscriptionEvent[]> {
  const read: TranscriptionEvent[] = [];
  for await (const event of feed) read.push(event);
  return read;
}

const final = (segment: number) => ({ final: `text ${segment}`, segment, start: segment, end: segment + 1 });

describe('a session that others speak', () => {
  it('is followed from its beginning to its end', async () => {
    const watched = begin({ token: async () => 't1' });
    const reading = readAll(watched);
    expect(watched.state).toBe('connecting');
    const { request, response, say } = await come();
    expect(request.url).toBe('/v1/sessions/a%2F1/events');
    expect(request.headers).toMatchObject({ accept: 'text/event-stream', authorization: 'Bearer t1' });
    say({ session_id: 'a/1', engine: 'e', model: 'm', language: 'sv' }, 1);
    say(final(0), 2);
    say({ partial: 'te', segment: 1, start: 1, end: 1.5 });
    await arrival(watched, 'partial');
    expect(watched.state).toBe('live');
    expect(watched.session).toMatchObject({ id: 'a/1', engine: 'e', model: 'm', language: 'sv' });
    expect(watched.segments.map(({ text, state }) => [text, state])).toEqual([
      ['text 0', 'final'],
      ['te', 'partial'],
    ]);
    say(final(1), 3);
    say({ ended: true, duration: 2 }, 4);
    expect((await reading).map(({ kind }) => kind)).toEqual(['final', 'partial', 'final', 'ended']);
    expect(watched.state).toBe('ended');
    await once(response, 'close');
  });

  it('has each final once, though a server that died had told it before it was kept', async () => {
    const watched = begin();
    const reading = readAll(watched);
    const first = await come();
    first.say(final(0), 2);
    first.say(final(1), 3);
    first.say({ partial: 'te', segment: 2, start: 2, end: 3 });
    await arrival(watched, 'partial');
    first.response.destroy();
    const second = await come();
    second.say({ ...final(1), final: 'heard again' }, 4);
    second.say(final(2), 5);
    second.say({ ended: true, duration: 2 }, 6);
    const finals = (await reading).flatMap((event) => (event.kind === 'final' ? [event.text] : []));
    expect(finals).toEqual(['text 0', 'text 1', 'text 2']);
    expect(watched.segments.map(({ text }) => text)).toEqual(finals);
  });

  it('understands events however they are cut and ended', async () => {
    const watched = begin();
    const { response } = await come();
    const heard = arrival(watched, 'final');
    const text = `: a comment\r\n\r\nid: 7\r\nretry: 3\r\ndata: {"final":"Å","segment":0,\r\ndata: "start":0,"end":1}\r\n\r\n`;
    for (const byte of Buffer.from(text)) {
      response.write(Buffer.of(byte));
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(await heard).toMatchObject({ text: 'Å' });
    response.destroy();
    const again = await come();
    expect(again.request.headers['last-event-id']).toBe('7');
    again.say({ ended: true }, 8);
    await readAll(watched);
  });

  it('is gone on with after a lost connection, where it was', async () => {
    const watched = begin();
    const states: string[] = [];
    watched.addEventListener('state', (state) => states.push(state));
    const reading = readAll(watched);
    const first = await come();
    first.say(final(0), 2);
    await arrival(watched, 'final');
    first.response.destroy();
    const second = await come(503);
    second.response.writeHead(503).end('<html>');
    (await come(408)).response.writeHead(408).end('{"error":"Request Timeout","message":"Client Error"}');
    const third = await come();
    expect(third.request.headers['last-event-id']).toBe('2');
    third.say(final(1), 3);
    third.say({ ended: true }, 4);
    expect((await reading).map(({ kind }) => kind)).toEqual(['final', 'final', 'ended']);
    expect(states).toEqual(['live', 'reconnecting', 'live', 'ended']);
  });

  it('has ended when the server says that nothing follows', async () => {
    const watched = begin();
    const first = await come();
    first.say(final(0), 2);
    first.response.end();
    // One that ends without a word may be one that stops.
    (await come()).response.end();
    (await come(204)).response.writeHead(204).end();
    expect((await readAll(watched)).map(({ kind }) => kind)).toEqual(['final']);
    expect(watched.state).toBe('ended');
  });

  it('fetches another token when the server says that the last one has expired', async () => {
    let fetched = 0;
    const watched = begin({ token: () => `t${++fetched}` });
    const { response } = await come(401);
    response.writeHead(401).end('{"error":"The token has expired.","code":"token_expired"}');
    const again = await come();
    expect(again.request.headers.authorization).toBe('Bearer t2');
    again.say({ ended: true }, 2);
    await readAll(watched);
  });

  it.each([
    [
      404,
      '{"error":"There is no such session.","code":"session_unknown"}',
      'session_unknown',
      'There is no such session.',
    ],
    [404, '<html>', 'session_unknown', 'The server answered with 404.'],
    [403, '', 'unauthorized', 'The server answered with 403.'],
    [400, '', 'internal', 'The server answered with 400.'],
  ])('that the server refuses with %i is an error: %s', async (status, body, code, message) => {
    const watched = begin({ token: 'fixed' });
    const reading = readAll(watched);
    (await come(status)).response.writeHead(status).end(body);
    await expect(reading).rejects.toMatchObject({ code, message });
    expect([watched.state, watched.error]).toEqual(['failed', expect.objectContaining({ code })]);
  });

  it('is an error when the server makes no sense, or is not there for too long', async () => {
    const watched = begin();
    const reading = readAll(watched);
    (await come()).say({ final: 1 });
    await expect(reading).rejects.toMatchObject({ code: 'bad_answer' });
    await expect(readAll(begin({ url: 'gateway' }))).rejects.toMatchObject({ code: 'connection_refused' });
    const nowhere = begin({ url: 'http://127.0.0.1:9/v1/transcriptions', giveUpSeconds: 0.2 });
    await expect(readAll(nowhere)).rejects.toMatchObject({ code: 'connection_lost' });
  });

  it('is left when it is closed, or aborted, which its readers are told', async () => {
    const closed = begin();
    const reading = readAll(closed);
    const { response } = await come();
    const gone = once(response, 'close');
    closed.close();
    expect(await reading).toEqual([]);
    await gone;
    const reason = new Error('enough');
    const abort = new AbortController();
    const aborted = begin({ signal: abort.signal });
    const other = readAll(aborted);
    await come();
    abort.abort(reason);
    await expect(other).rejects.toBe(reason);
    expect(aborted.state).toBe('ended');
  });
});
