import { once } from 'node:events';
import { connect } from 'node:net';
import { rulerAudio } from '@live-transcribe/testkit';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { chooseEngine, readConfig } from '../src/index.ts';
import { startTestGateway, testRate } from './test-gateway.ts';
import { pcm16, WireClient } from './wire-client.ts';

describe('HTTP', () => {
  let gateway: Awaited<ReturnType<typeof startTestGateway>>;
  beforeAll(async () => {
    gateway = await startTestGateway({ environment: { SAMPLE_RATE: String(testRate), RING_SIZE: '20' } });
  });
  afterAll(() => gateway.close());

  const get = (path: string, headers: Record<string, string> = {}) =>
    fetch(`http://127.0.0.1:${gateway.port}${path}`, { headers, redirect: 'manual' });

  it.each([
    ['/', { status: 'ok', model_name: 'gateway-model' }],
    ['/healthz', { status: 'ok' }],
    ['/readyz', { status: 'ok', engine: 'ruler' }],
    [
      '/config',
      {
        model: 'plain-model',
        language: 'sv',
        sample_rate: 16_000,
        allowed_origins: [
          'https://stefan-api-test-6.lovable.app',
          'http://localhost:3000',
          'http://localhost:5173',
          'http://127.0.0.1:3000',
          'http://127.0.0.1:5173',
        ],
        allow_origin_regex: expect.stringContaining('lovable\\.app'),
        version: '1.2.3',
        engine: 'ruler',
        engine_reason: 'A test chose it.',
        languages: 'any',
        caveat: null,
      },
    ],
  ])('GET %s', async (path, body) => {
    const response = await get(path);
    expect(response.status).toBe(200);
    expect(await response.json()).toEqual(body);
  });

  it('sends a browser from / to the page', async () => {
    const response = await get('/', { accept: 'text/html,application/xhtml+xml,*/*;q=0.8' });
    expect(response.status).toBe(302);
    expect(response.headers.get('location')).toBe('/static/index.html');
    expect(await (await get('/static/index.html')).text()).toContain('The page');
  });

  it.each(['/nothing', '/static/nothing.js', '/static/../package.json', '/static/%2e%2e/%2e%2e/package.json'])(
    'GET %s: nothing there',
    async (path) => {
      expect((await get(path)).status).toBe(404);
    },
  );

  it('GET /readyz says 503 and what to do when there is no engine, and sessions get a clear error', async () => {
    const reason = 'OPENAI_API_KEY is not. Set it in .env.';
    const read = readConfig({ ENGINE: 'openai' });
    if (!read.ok) throw new Error('The configuration is right.');
    const { engine } = chooseEngine(read.config, pino({ level: 'silent' }));
    const other = await startTestGateway({ engine });
    const response = await fetch(`http://127.0.0.1:${other.port}/readyz`);
    expect(response.status).toBe(503);
    expect(await response.json()).toMatchObject({ status: 'unavailable', reason: expect.stringContaining(reason) });
    const client = await WireClient.open(other.port, '/ws');
    expect((await client.closed).code).toBe(1013);
    expect(client.messages).toEqual([
      { type: 'error', error: expect.stringContaining(reason), code: 'engine_unavailable' },
    ]);
    await other.close();
  });

  it.each(['/nothing', '/v1/transcriptions/', '/static/index.html', '/'])('no socket at %s', async (path) => {
    const socket = new WebSocket(`ws://127.0.0.1:${gateway.port}${path}`);
    const status = await new Promise((resolve) => {
      socket.on('unexpected-response', (_, response) => resolve(response.statusCode));
    });
    expect(status).toBe(404);
  });
});

describe('a request that is none', () => {
  it.each(['//', 'http://', '/%', '/ws\\x'])('asking for a socket at %s disturbs nobody', async (path) => {
    const gateway = await startTestGateway();
    const socket = connect(gateway.port, '127.0.0.1');
    const headers = ['Host: any', 'Connection: Upgrade', 'Upgrade: websocket', 'Sec-WebSocket-Version: 13'];
    socket.write(`GET ${path} HTTP/1.1\r\n${headers.join('\r\n')}\r\nSec-WebSocket-Key: ${'A'.repeat(22)}==\r\n\r\n`);
    const [answer] = await once(socket, 'data');
    expect(String(answer)).toMatch(/^HTTP\/1\.1 40[04] /);
    socket.destroy();
    expect((await fetch(`http://127.0.0.1:${gateway.port}/healthz`)).status).toBe(200);
    await gateway.close();
  });
});

describe('CORS', () => {
  let gateway: Awaited<ReturnType<typeof startTestGateway>>;
  beforeAll(async () => {
    gateway = await startTestGateway();
  });
  afterAll(() => gateway.close());

  const own = () => `http://127.0.0.1:${gateway.port}`;

  it.each([
    ['an exact origin', () => 'http://localhost:5173', true],
    ['an origin of the pattern', () => 'https://my-app.lovable.app', true],
    ['the page’s own', own, true],
    ['a look-alike', () => 'https://lovable.app.evil.example', false],
    ['another look-alike', () => 'https://evil-lovable.app', false],
    ['another scheme', () => 'http://my-app.lovable.app', false],
    ['another port', () => 'http://localhost:5174', false],
    ['none', () => 'null', false],
  ])('%s', async (_, origin, allowed) => {
    const preflight = await fetch(`${own()}/config`, {
      method: 'OPTIONS',
      headers: {
        origin: origin(),
        'access-control-request-method': 'DELETE',
        'access-control-request-headers': 'x-anything',
      },
    });
    const expected = allowed ? origin() : null;
    expect(preflight.headers.get('access-control-allow-origin')).toBe(expected);
    const answer = await fetch(`${own()}/config`, { headers: { origin: origin() } });
    expect(answer.headers.get('access-control-allow-origin')).toBe(expected);
    if (!allowed) return;
    expect(answer.headers.get('access-control-allow-credentials')).toBe('true');
    expect(preflight.headers.get('access-control-allow-methods')).toContain('DELETE');
    expect(preflight.headers.get('access-control-allow-headers')).toBe('x-anything');
  });
});

describe('GET /debug', () => {
  let gateway: Awaited<ReturnType<typeof startTestGateway>>;
  const sessions: string[] = [];
  beforeAll(async () => {
    gateway = await startTestGateway({ environment: { RING_SIZE: '20' } });
    for (const offset of [0, 20_000]) {
      const client = await WireClient.open(gateway.port, '/v1/transcriptions');
      client.send({ action: 'start', encoding: 'pcm16', sample_rate: testRate });
      sessions.push(String((await client.next('session_id'))['session_id']));
      for (let at = 0; at < 16_000; at += 1_600) client.send(pcm16(rulerAudio(offset + at, 1_600)));
      client.send({ action: 'stop' });
      await client.closed;
    }
  });
  afterAll(() => gateway.close());

  const items = async (path: string) => {
    const body: unknown = await (await fetch(`http://127.0.0.1:${gateway.port}/debug/${path}`)).json();
    if (typeof body !== 'object' || body === null || !('items' in body) || !Array.isArray(body.items))
      throw new Error('No items.');
    return body.items as Record<string, unknown>[];
  };

  it.each(['front-chunks', 'openai-chunks'])('%s: the latest chunks of audio, oldest first', async (ring) => {
    const chunks = await items(`${ring}?session_id=${sessions[1]}`);
    expect(chunks[0]).toEqual({
      t: expect.any(Number),
      session_id: sessions[1],
      bytes: 3_200,
      start_s: 0,
      end_s: 0.1,
      // How loud it was, of what came from the client: its samples run from -12,768 to -11,169.
      ...(ring === 'front-chunks' && { peak: 12_768 / 32_768, rms: expect.closeTo(0.3655, 3) }),
    });
    expect(chunks.at(-1)).toMatchObject({ start_s: 0.9, end_s: 1 });
    expect(Math.abs(Number(chunks[0]?.['t']) - Date.now() / 1000)).toBeLessThan(60);
  });

  it.each(['front-text', 'openai-text'])('%s: the latest texts, oldest first', async (ring) => {
    const texts = await items(`${ring}?session_id=${sessions[1]}`);
    const finals = texts.filter(({ type }) => type === 'final');
    expect(finals).toEqual(
      [
        ['20000-27999', 0, 0.5],
        ['28000-35999', 0.5, 1],
      ].map(([text, start_s, end_s]) => ({
        t: expect.any(Number),
        session_id: sessions[1],
        type: 'final',
        text,
        ts: { start_s, end_s },
        event: 'ruler',
      })),
    );
    expect(texts.some(({ type }) => type === 'partial')).toBe(true);
  });

  it('keeps RING_SIZE entries, gives the latest 50 unless told otherwise, and filters by session', async () => {
    expect(await items('front-chunks')).toHaveLength(20);
    expect(await items('front-chunks?limit=3')).toHaveLength(3);
    expect(await items('front-chunks?limit=1000')).toHaveLength(20);
    expect(await items('front-chunks?session_id=nobody')).toEqual([]);
    const latest = await items('front-chunks?limit=1');
    expect(latest[0]).toMatchObject({ session_id: sessions[1], end_s: 1 });
  });

  it.each(['0', '1001', '-1', 'x', '', '1.5'])('refuses limit=%s with 422', async (limit) => {
    const response = await fetch(`http://127.0.0.1:${gateway.port}/debug/front-text?limit=${limit}`);
    expect(response.status).toBe(422);
    expect(await response.json()).toEqual({ error: expect.stringContaining('1 to 1000'), code: 'bad_value' });
  });
});
