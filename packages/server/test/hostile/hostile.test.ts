import { attack, HostileTraffic, holdOpen, rawFrame, rawRequest, rawUpgrade, seeded } from '@live-transcribe/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { foreignToken } from '../access/tokens.ts';
import { speechLike } from '../speech-like.ts';
import { type Message, pcm16, WireClient } from '../wire-client.ts';
import { HostileServer } from './hostile-server.ts';

const liveKey = 'the-key-of-those-who-speak';
const hostileKey = 'the-key-of-those-who-do-not';
const rate = 24_000;
/** All of them by `node bench/hostile.mjs`. */
const items = 20_000;
const seed = 20_261_121;
/** What one gateway holds in caches, pools and compiled code besides. */
const allowedMb = 25;

const bearer = (key: string) => [`Authorization: Bearer ${key}`];
const text = (message: string) => rawFrame({ opcode: 1, payload: Buffer.from(message) });
/** The first byte of it, which is in no text. */
const closeFrame = '\u0088';
const goodbye = rawFrame({ opcode: 8, payload: Uint8Array.of(3, 232) });

/** Somebody who speaks all the while. */
class Speaker {
  readonly client: WireClient;
  readonly #speaking: NodeJS.Timeout;
  readonly #speech = speechLike(4_000, rate);
  #chunks = 0;

  constructor(port: number) {
    const headers = { authorization: `Bearer ${liveKey}` };
    this.client = new WireClient(`ws://127.0.0.1:${port}/v1/transcriptions`, { headers });
    this.client.socket.on('open', () =>
      this.client.send({ action: 'start', encoding: 'pcm16', sample_rate: rate, resumable: true }),
    );
    this.#speaking = setInterval(() => this.#speak(), 100);
  }

  #speak(): void {
    if (this.client.messages.length === 0) return;
    const length = rate / 10;
    const at = (this.#chunks * length) % (this.#speech.length - length);
    this.client.send(pcm16(this.#speech.slice(at, at + length)));
    this.#chunks += 1;
    if (this.#chunks % 20 === 0) this.client.send({ action: 'commit' });
  }

  /** Stops, and answers seconds that were sent and what was said at the end. */
  async stop(): Promise<{ readonly sent: number; readonly ended: Message }> {
    clearInterval(this.#speaking);
    this.client.send({ action: 'stop' });
    return { sent: this.#chunks / 10, ended: await this.client.next('ended') };
  }

  leave(): void {
    clearInterval(this.#speaking);
    this.client.socket.terminate();
  }
}

describe('a server among hostile clients', { timeout: 120_000 }, () => {
  let server: HostileServer;
  let speaker: Speaker;
  let usedMb: number;
  let traffic: HostileTraffic;
  const sockets = ['/v1/transcriptions', '/ws'];

  beforeAll(async () => {
    server = await HostileServer.start({
      API_KEYS: `live=${liveKey},hostile=${hostileKey}`,
      JWT_SECRET: 'a secret of tests, which is long enough',
      MAX_SESSIONS_PER_KEY: '20',
      HEADERS_SECONDS: '2',
      START_SECONDS: '2',
      RESUME_SECONDS: '1',
      LOG_LEVEL: 'debug',
    });
    const { paths } = await (await fetch(`http://127.0.0.1:${server.port}/openapi.json`)).json();
    const routes = Object.entries(paths as Record<string, object>).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => ({ method: method.toUpperCase(), path: path.replace('{id}', 'none') })),
    );
    const credentials = [
      ...[hostileKey, hostileKey, hostileKey],
      await foreignToken({ sub: 'x', scopes: ['watch', 'sessions', 'debug', 'metrics'] }),
      await foreignToken({ expires: 1 }),
      await foreignToken({ audience: 'another' }),
      'eyJhbGciOiJub25lIn0.e30.',
      'x'.repeat(5_000),
    ];
    traffic = new HostileTraffic({ random: seeded(seed), sockets, routes, credentials });
    // What is loaded and compiled at the first is nobody's leak.
    await attack({ port: server.port, traffic, items: 2_000, together: 16 });
    speaker = new Speaker(server.port);
    await speaker.client.next('final');
    usedMb = await server.usedMb();
  }, 120_000);

  afterAll(async () => {
    speaker.leave();
    if (server.alive) await server.stop();
  });

  it(`lives through ${items} frames, handshakes and requests of seed ${seed}`, async () => {
    expect(await attack({ port: server.port, traffic, items, together: 16 })).toBeGreaterThanOrEqual(items);
    expect(server.alive).toBe(true);
  });

  it('closes connections that say nothing, or say it slowly, and those that are upgraded and never begin', async () => {
    const slowly = Buffer.from('GET / HTTP/1.1\r\nHost: localhost\r\nx: ');
    const held = await Promise.all([
      holdOpen(server.port, 150, new Uint8Array()),
      holdOpen(server.port, 150, slowly, { drip: Buffer.from('x') }),
      holdOpen(server.port, 150, rawUpgrade('/v1/transcriptions', bearer(hostileKey))),
      holdOpen(server.port, 150, rawUpgrade('/ws')),
      holdOpen(server.port, 50, Buffer.concat([rawUpgrade('/v1/transcriptions'), Buffer.from([0x82])])),
    ]);
    for (const { closed } of held) await closed;
    expect(server.alive).toBe(true);
  });

  it('refuses a flood of starts beyond the key’s share', async () => {
    const start = Buffer.concat([rawUpgrade('/v1/transcriptions', bearer(hostileKey)), text('{"action":"start"}')]);
    const flood = await holdOpen(server.port, 60, start);
    const client = new WireClient(`ws://127.0.0.1:${server.port}/v1/transcriptions`, {
      headers: { authorization: `Bearer ${hostileKey}` },
    });
    client.socket.on('open', () => client.send({ action: 'start' }));
    expect((await client.next('code'))['code']).toBe('too_many_sessions');
    flood.release();
    await flood.closed;
  });

  it.each([
    ['a message of 9 MB', rawFrame({ opcode: 2, payload: new Uint8Array(9_000_000) }), 'message_too_big'],
    ['a length of 2^53', rawFrame({ opcode: 2, payload: new Uint8Array(9), claims: 2 ** 53 - 1 }), 'message_too_big'],
    [
      'pieces without end',
      Buffer.concat(
        [2, ...Array.from({ length: 9 }, () => 0)].map((opcode) =>
          rawFrame({ opcode, fin: false, payload: new Uint8Array(1_000_000) }),
        ),
      ),
      'message_too_big',
    ],
    [
      'what is compressed, as nobody has agreed',
      rawFrame({ opcode: 2, rsv: 4, payload: new Uint8Array(60_000) }),
      undefined,
    ],
    ['invalid UTF-8', rawFrame({ opcode: 1, payload: Uint8Array.of(0xc3, 0x28, 0xff) }), 'bad_message'],
    ['a frame without a mask', rawFrame({ opcode: 1, masked: false, payload: Uint8Array.of(1) }), undefined],
    ['a ping of 5,000 bytes', rawFrame({ opcode: 9, payload: new Uint8Array(5_000) }), undefined],
    ['a reserved opcode', rawFrame({ opcode: 3, payload: new Uint8Array(1) }), undefined],
  ])('closes the socket of who sends %s', async (_, frame, told) => {
    const head = Buffer.concat([rawUpgrade('/v1/transcriptions', bearer(hostileKey)), text('{"action":"start"}')]);
    const {
      sockets: [socket],
      closed,
    } = await holdOpen(server.port, 1, head);
    let answer = '';
    socket?.on('data', (bytes) => {
      answer += bytes.toString('latin1');
    });
    socket?.write(frame);
    // A client that behaves answers the close; without that it is waited for.
    await expect.poll(() => answer, { timeout: 20_000 }).toContain(told ?? closeFrame);
    socket?.end(goodbye);
    await closed;
  });

  it('unpacks nothing that is sent compressed', async () => {
    const answer = await fetch(`http://127.0.0.1:${server.port}/v1/tokens`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${hostileKey}`,
        'content-type': 'application/json',
        'content-encoding': 'gzip',
      },
      body: Buffer.from('1f8b08000000000000ff', 'hex'),
    });
    expect(answer.status).toBe(400);
    const offered = rawUpgrade('/ws', [...bearer(hostileKey), 'Sec-WebSocket-Extensions: permessage-deflate']);
    const {
      sockets: [socket],
      closed,
    } = await holdOpen(server.port, 1, offered);
    const head = await new Promise<string>((resolve) =>
      socket?.once('data', (bytes) => resolve(bytes.toString('latin1'))),
    );
    expect(head).toContain('101 Switching Protocols');
    expect(head.toLowerCase()).not.toContain('sec-websocket-extensions');
    socket?.end(goodbye);
    await closed;
  });

  it.each([
    '/static/../../package.json',
    '/static/..%2f..%2fpackage.json',
    '/static/%2e%2e/%2e%2e/package.json',
    '/static/..\\..\\package.json',
    '/static/%5c..%5c..%5cpackage.json',
    '/static/%252e%252e/package.json',
    '/static//etc/passwd',
    '/static/%00/index.html',
    '/static/.env',
    '/docs/../../src/main.ts',
    '/docs/%2e%2e/%2e%2e/package.json',
  ])('gives no file beside the page’s for %s', async (path) => {
    const asked = rawRequest({ path, headers: ['Host: localhost', 'Connection: close'] });
    const {
      sockets: [socket],
      closed,
    } = await holdOpen(server.port, 1, asked);
    let answer = '';
    socket?.on('data', (bytes) => {
      answer += bytes.toString();
    });
    await closed;
    expect(answer).toMatch(/^HTTP\/1\.1 4\d\d /);
    expect(answer).not.toMatch(/"dependencies"|root:|import /);
  });

  it('has served who spoke meanwhile to the last sample, and holds what it held before', async () => {
    const { sent, ended } = await speaker.stop();
    expect(ended['duration']).toBeCloseTo(sent, 3);
    expect(speaker.client.messages.filter((message) => 'error' in message)).toEqual([]);
    // Sessions of clients that vanished are waited for, and then finalised.
    await expect
      .poll(async () => (await server.usedMb()) - usedMb, { timeout: 60_000, interval: 1_000 })
      .toBeLessThan(allowedMb);
  });

  it.each([
    '/',
    '/nothing',
    '/v1/sessions',
    '/v1/sessions/none/events',
    '/v1/tokens',
    '/static/none.js',
    '/openapi.json?x=1',
  ])('has a key in the address of %s', async (path) => {
    const query = `${path.includes('?') ? '&' : '?'}token=${hostileKey}`;
    const answer = await fetch(`http://127.0.0.1:${server.port}${path}${query}`);
    expect(await answer.text()).not.toContain(hostileKey);
    const client = new WireClient(`ws://127.0.0.1:${server.port}${path}${query}`);
    expect((await client.closed).code).toBe(1006);
  });

  it('has logged no fault of its own and no secret, and stops as it should', async () => {
    expect(await server.stop()).toBe(0);
    const faults = server.lines.filter((line) => /"level":"(error|fatal)"/.test(line) && !line.includes('audio lost'));
    expect(faults).toEqual([]);
    expect(server.lines.filter((line) => !line.startsWith('{'))).toEqual([]);
    const log = server.lines.join('\n');
    for (const secret of [liveKey, hostileKey, 'sk-of-the-hostile-suite', 'eyJ']) expect(log).not.toContain(secret);
  });
});
