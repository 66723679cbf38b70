import { EngineError } from '@live-transcribe/core';
import { RulerEngine, rulerAudio } from '@live-transcribe/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestGateway, testRate } from './test-gateway.ts';
import { type Message, pcm16, WireClient } from './wire-client.ts';

type TestGateway = Awaited<ReturnType<typeof startTestGateway>>;

const nobody = '00000000-0000-4000-8000-000000000000';

async function speaking({ port }: TestGateway, members: object = {}): Promise<WireClient & { id: string }> {
  const client = await WireClient.open(port, '/v1/transcriptions');
  client.send({ action: 'start', encoding: 'pcm16', sample_rate: testRate, ...members });
  const { session_id } = await client.next('session_id');
  return Object.assign(client, { id: String(session_id) });
}

/** A session of `samples` of the ruler that has ended. */
async function said(gateway: TestGateway, samples: number, members: object = {}, from = 0): Promise<string> {
  const client = await speaking(gateway, members);
  client.send(pcm16(rulerAudio(from, samples)));
  client.send({ action: 'stop' });
  await client.closed;
  return client.id;
}

function asker(gateway: () => TestGateway) {
  return async (path: string, init: RequestInit = {}) => {
    const response = await fetch(`http://127.0.0.1:${gateway().port}${path}`, init);
    const text = await response.text();
    const isJson = response.headers.get('content-type')?.includes('json') === true;
    const body: Message = Object(isJson ? JSON.parse(text) : {});
    return { status: response.status, headers: response.headers, text, body };
  };
}

const ids = (body: Message) => (body['sessions'] as readonly Message[]).map(({ id }) => id);

describe('GET /v1/sessions', () => {
  let gateway: TestGateway;
  let live: WireClient & { id: string };
  const all: string[] = [];
  beforeAll(async () => {
    gateway = await startTestGateway();
    for (let index = 0; index < 5; index += 1) {
      // Sessions that start within one millisecond have no order.
      await new Promise((resolve) => setTimeout(resolve, 2));
      all.unshift(await said(gateway, 12_000, { language: index % 2 === 0 ? 'en' : 'sv' }, index * 12_000));
    }
    await new Promise((resolve) => setTimeout(resolve, 2));
    live = await speaking(gateway);
    all.unshift(live.id);
  });
  afterAll(async () => {
    live.socket.terminate();
    await gateway.close();
  });
  const get = asker(() => gateway);

  it('lists sessions, newest first, with what is good to know of them', async () => {
    const { status, body } = await get('/v1/sessions');
    expect(status).toBe(200);
    expect(ids(body)).toEqual(all);
    expect(body['next']).toBeNull();
    expect(body['sessions']).toContainEqual({
      id: all[1],
      started_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
      ended_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
      live: false,
      language: 'en',
      model: 'gateway-model',
      engine: 'ruler',
      duration: 0.75,
      segments: 2,
      preview: '48000-55999 56000-59999',
    });
    expect(body['sessions']).toContainEqual(expect.objectContaining({ id: live.id, live: true, ended_at: null }));
  });

  it('gives page after page', async () => {
    const seen: unknown[] = [];
    let cursor: string | undefined = '';
    for (let pages = 0; cursor !== undefined && pages < 10; pages += 1) {
      const { body } = await get(`/v1/sessions?limit=2${cursor && `&cursor=${encodeURIComponent(cursor)}`}`);
      seen.push(...ids(body));
      cursor = typeof body['next'] === 'string' ? body['next'] : undefined;
    }
    expect(seen).toEqual(all);
  });

  it.each([
    ['live=true', () => all.slice(0, 1)],
    ['live=false', () => all.slice(1)],
    ['language=sv', () => [all[2], all[4]]],
    ['language=sv-SE', () => [all[2], all[4]]],
    ['q=12000', () => [all[4]]],
    ['q=480', () => [all[1]]],
    ['q=', () => all],
    ['from=2020-01-01', () => all],
    ['to=2020-01-01', () => []],
    ['from=2020-01-01T00:00:00%2B02:00&to=2099-12-31', () => all],
    ['limit=200&anything=else', () => all],
  ])('?%s', async (query, expected) => {
    const { status, body } = await get(`/v1/sessions?${query}`);
    expect(status).toBe(200);
    expect(ids(body)).toEqual(expected());
  });

  it.each([
    ['limit=0', 'bad_value', '"limit" must be a whole number from 1 to 200.'],
    ['limit=201', 'bad_value', '1 to 200'],
    ['limit=-1', 'bad_value', '1 to 200'],
    ['limit=1e2', 'bad_value', '1 to 200'],
    ['limit=ten', 'bad_value', '1 to 200'],
    ['limit=', 'bad_value', '1 to 200'],
    ['limit=1&limit=2', 'bad_value', '1 to 200'],
    ['limit=99999999999999999999', 'bad_value', '1 to 200'],
    ['live=yes', 'bad_value', '"live" must be true or false'],
    ['language=klingonese', 'bad_value', '"language"'],
    ['language=auto', 'bad_value', '"language"'],
    ['from=yesterday', 'bad_value', '"from" must be a date'],
    ['to=2026-02-30', 'bad_value', '"to" must be a date'],
    [`q=${'x'.repeat(201)}`, 'bad_value', '"q"'],
    ['cursor=nonsense', 'store_bad_cursor', 'cursor'],
    ['cursor=', 'store_bad_cursor', 'cursor'],
    ['cursor=1.a.aaaaaaaaaaaaaaaa', 'store_bad_cursor', 'cursor'],
    [`cursor=${'x'.repeat(501)}`, 'bad_value', '"cursor"'],
  ])('?%s is refused: %s', async (query, code, hint) => {
    const { status, body } = await get(`/v1/sessions?${query}`);
    expect(status).toBe(422);
    expect(body).toEqual({ error: expect.stringContaining(hint), code });
  });

  it.each([
    'q="',
    'q=%22%20OR%20%22',
    'q=*',
    'q=NEAR(a%20b)',
    "q='%20OR%201=1;--",
    'q=%00',
    'q=%F0%9F%98%80',
    'q=a:b%20AND%20-c',
    'q=%25',
  ])('?%s finds nothing, and breaks nothing', async (query) => {
    const { status, body } = await get(`/v1/sessions?${query}`);
    expect({ status, found: ids(body) }).toEqual({ status: 200, found: [] });
  });

  it('knows no cursor of another server', async () => {
    const other = await startTestGateway();
    await said(other, 4_000);
    await said(other, 4_000);
    const { body } = await asker(() => other)('/v1/sessions?limit=1');
    await other.close();
    expect(typeof body['next']).toBe('string');
    expect((await get(`/v1/sessions?cursor=${String(body['next'])}`)).body).toMatchObject({ code: 'store_bad_cursor' });
  });
});

describe('GET /v1/sessions/:id', () => {
  let gateway: TestGateway;
  let id = '';
  beforeAll(async () => {
    const error = new EngineError('utterance_failed', 'Nothing to be had.');
    const engine = new RulerEngine({
      sampleRate: testRate,
      utteranceMs: 500,
      faults: [{ fails: [1] }],
      // The times of the first words are to be had; what failed is not, however often it is tried.
      transcriptions: [{}, ...Array.from({ length: 3 }, () => ({ error }))],
    });
    gateway = await startTestGateway({ engine });
    id = await said(gateway, 20_000, { words: true });
  });
  afterAll(() => gateway.close());
  const get = asker(() => gateway);

  it('gives all segments in order, also those that failed', async () => {
    const { status, body } = await get(`/v1/sessions/${id}`);
    expect(status).toBe(200);
    expect(body).toMatchObject({ id, live: false, segments: 3, duration: 1.25 });
    const items = body['items'] as readonly Message[];
    const laterWords = items[2]?.['words'] === undefined ? {} : { words: expect.any(Array) };
    expect(items).toEqual([
      { segment: 0, start: 0, end: 0.5, text: '0-7999', words: [{ word: '0-7999', start: 0, end: 0.5 }] },
      { segment: 1, start: 0.5, end: 1, text: '', error: { error: expect.any(String), code: 'utterance_failed' } },
      { segment: 2, start: 1, end: 1.25, text: '16000-19999', ...laterWords },
    ]);
  });

  it.each([
    ['json', 'application/json; charset=utf-8'],
    ['txt', 'text/plain; charset=utf-8'],
    ['srt', 'application/x-subrip; charset=utf-8'],
    ['vtt', 'text/vtt; charset=utf-8'],
  ])('/transcript?format=%s is a file', async (format, type) => {
    const { status, headers, text } = await get(`/v1/sessions/${id}/transcript?format=${format}`);
    expect(status).toBe(200);
    expect(headers.get('content-type')).toBe(type);
    expect(headers.get('content-disposition')).toMatch(
      new RegExp(`^attachment; filename="\\d{4}-\\d\\d-\\d\\d-\\d{4}-${id.slice(0, 8)}\\.${format}"$`),
    );
    expect(text.indexOf('0-7999')).toBeGreaterThanOrEqual(0);
    expect(text.indexOf('16000-19999')).toBeGreaterThan(text.indexOf('0-7999'));
  });

  it('/transcript is JSON unless another format is asked for', async () => {
    const [file, detail] = await Promise.all([get(`/v1/sessions/${id}/transcript`), get(`/v1/sessions/${id}`)]);
    expect(file.body).toEqual(detail.body);
  });

  it('/transcript?format=pdf is refused', async () => {
    const { status, body } = await get(`/v1/sessions/${id}/transcript?format=pdf`);
    expect({ status, body }).toMatchObject({
      status: 422,
      body: { code: 'bad_value', error: expect.stringContaining('vtt') },
    });
  });

  it.each(['', '/transcript', '/events'])(':id%s answers 404 to what is no session', async (rest) => {
    for (const none of [
      nobody,
      'x',
      '%2e%2e',
      '..%2f..%2fetc',
      "';DROP TABLE sessions;--",
      '%00',
      'ü',
      id.toUpperCase(),
    ]) {
      const { status, body } = await get(`/v1/sessions/${encodeURI(none)}${rest}`);
      expect({ none, status, body }).toEqual({
        none,
        status: 404,
        body: { error: expect.stringContaining('There is no session'), code: 'session_unknown' },
      });
    }
  });
});

describe('DELETE /v1/sessions/:id', () => {
  let gateway: TestGateway;
  beforeAll(async () => {
    gateway = await startTestGateway();
  });
  afterAll(() => gateway.close());
  const ask = asker(() => gateway);
  const remove = (id: string) => ask(`/v1/sessions/${id}`, { method: 'DELETE' });

  it('removes a session and all that is kept of it', async () => {
    const id = await said(gateway, 12_000);
    expect(await remove(id)).toMatchObject({ status: 204, text: '' });
    expect((await ask(`/v1/sessions/${id}`)).status).toBe(404);
    expect((await ask(`/v1/sessions/${id}/events`)).status).toBe(404);
    expect((await remove(id)).status).toBe(404);
    expect(ids((await ask('/v1/sessions?q=7999')).body)).toEqual([]);
  });

  it('ends one that lives: its client is told, and nothing is kept after that', async () => {
    const client = await speaking(gateway, { resumable: true });
    client.send(pcm16(rulerAudio(0, 8_000)));
    await client.next('final');
    expect((await remove(client.id)).status).toBe(204);
    expect((await client.closed).code).toBe(1008);
    expect(client.messages.at(-1)).toEqual({ error: 'This session has been deleted.', code: 'session_unknown' });
    expect((await ask(`/v1/sessions/${client.id}`)).status).toBe(404);
    const back = await WireClient.open(gateway.port, '/v1/transcriptions');
    back.send({ action: 'start', resume: { session_id: client.id, from: 0, after: 0 } });
    expect((await back.closed).code).toBe(1008);
  });

  it('ends one whose client is lost', async () => {
    const client = await speaking(gateway, { resumable: true });
    client.send(pcm16(rulerAudio(0, 8_000)));
    await client.next('final');
    client.socket.terminate();
    await client.closed;
    expect((await remove(client.id)).status).toBe(204);
    expect((await ask(`/v1/sessions/${client.id}`)).status).toBe(404);
  });

  it.each([nobody, 'x'])('answers 404 to %s', async (id) => {
    expect(await remove(id)).toMatchObject({ status: 404, body: { code: 'session_unknown' } });
  });

  it('is allowed to a page from an allowed origin', async () => {
    const { headers } = await ask(`/v1/sessions/${nobody}`, {
      method: 'DELETE',
      headers: { origin: 'http://localhost:5173' },
    });
    expect(headers.get('access-control-allow-origin')).toBe('http://localhost:5173');
  });
});
