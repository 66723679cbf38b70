import { connect } from 'node:net';
import { RulerEngine } from '@live-transcribe/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { originAllowed, parseOrigins } from '../../src/http/origins.ts';
import { startTestGateway, testRate } from '../test-gateway.ts';
import { apiKey } from './tokens.ts';

const ALLOWED_ORIGINS = 'https://app.example.org,https://*.example.net,http://localhost:*,https://[2001:db8::1]:8443';

const good = [
  'https://app.example.org',
  'https://a.example.net',
  'https://a.b.example.net',
  'https://A.Example.NET',
  'http://localhost:5173',
  'https://[2001:db8::1]:8443',
];

/** Each looks like one that is allowed, to a person or to a careless pattern. */
const tricks = [
  'null',
  'https://app.example.org.evil.example',
  'https://evil.example/https://app.example.org',
  'https://evil.example?https://app.example.org',
  'https://evil.example#https://app.example.org',
  'https://app.example.org@evil.example',
  'https://user:app.example.org@evil.example',
  'https://evil.example\\.app.example.org',
  'https://app-example.org',
  'https://appXexample.org',
  'https://app.example.orgevil',
  'https://evilapp.example.org',
  'https://evil.app.example.org',
  'https://app.example.org:444',
  'https://app.example.org.',
  'http://app.example.org',
  'ws://app.example.org',
  'file://app.example.org',
  'https://app.example.org/',
  'https://app.example.org ',
  'https://app.example.org, https://evil.example',
  'https://evil.example, https://app.example.org',
  'https://example.net',
  'https://.example.net',
  'https://evil-example.net',
  'https://evilexample.net',
  'https://a.example.net.evil.example',
  'https://a.example.net:8443',
  'https://evil.example/.example.net',
  'https://evil.example:.example.net',
  'https://evil.example%2f.example.net',
  'https://evil.example%00.example.net',
  'https://evil.example\u0000.example.net',
  'https://evil.example\u3002example.net',
  'https://\u0430pp.example.org',
  'https://xn--pp-7kc.example.org',
  'https://[a.example.net]',
  'https://a_b.example.net',
  'https://*.example.net',
  'http://a.example.net',
  'http://localhost',
  'http://localhost:5173:80',
  'http://localhost:5173.evil.example/',
  'http://localhost:evil@example',
  'http://localhost.evil.example:5173',
  'http://127.0.0.1:5173',
  'https://localhost:5173',
  'https://[2001:db8::1]',
  'https://[2001:db8::2]:8443',
  'https://evil.example',
  'chrome-extension://abcdefghijklmnop',
  '',
];

describe('origins', () => {
  it.each(good)('%s is allowed', (origin) => {
    expect(originAllowed(parseOrigins(ALLOWED_ORIGINS), origin, { host: 'gateway.example' })).toBe(true);
  });

  it.each(tricks)('%j is not', (origin) => {
    expect(originAllowed(parseOrigins(ALLOWED_ORIGINS), origin, { host: 'gateway.example' })).toBe(false);
  });

  it.each([
    ['https://gateway.example', 'gateway.example', undefined, true],
    ['http://gateway.example', 'gateway.example', undefined, true],
    ['https://gateway.example', 'gateway.example:443', undefined, true],
    ['http://gateway.example:8000', 'Gateway.Example:8000', undefined, true],
    ['https://gateway.example', 'gateway.example', 'https', true],
    ['http://gateway.example', 'gateway.example', 'https', false],
    ['https://gateway.example', 'gateway.example', 'http', false],
    ['https://gateway.example:8443', 'gateway.example', undefined, false],
    ['https://gateway.example.evil.example', 'gateway.example', undefined, false],
    ['https://', '', undefined, false],
    ['http://', '', 'http', false],
  ])('%s is its own at %s (%s): %s', (origin, host, scheme, own) => {
    expect(originAllowed(parseOrigins('https://other.example'), origin, { host, scheme })).toBe(own);
  });
});

describe('a page’s socket and requests', { timeout: 60_000 }, () => {
  let gateway: Awaited<ReturnType<typeof startTestGateway>>;
  const engine = new RulerEngine({ sampleRate: testRate });
  beforeAll(async () => {
    gateway = await startTestGateway({ engine, environment: { ALLOWED_ORIGINS, API_KEYS: apiKey } });
  });
  afterAll(() => gateway.close());

  /** What is answered to a request that is written as it is: libraries do not send what browsers never would. */
  const raw = (lines: readonly string[]) =>
    new Promise<string>((resolve) => {
      const socket = connect(gateway.port, '127.0.0.1');
      let answer = '';
      socket.on('data', (bytes) => {
        answer += bytes.toString();
        if (!answer.includes('\r\n\r\n')) return;
        socket.destroy();
        resolve(answer);
      });
      socket.on('error', () => undefined);
      socket.on('close', () => resolve(answer));
      socket.write(`${lines.join('\r\n')}\r\n\r\n`, 'utf8');
    });
  const host = () => `Host: 127.0.0.1:${gateway.port}`;
  const key = `Authorization: Bearer ${apiKey}`;
  const handshake = (origin: string) =>
    raw([
      'GET /ws HTTP/1.1',
      ...[host(), key, `Origin: ${origin}`, 'Connection: Upgrade', 'Upgrade: websocket', 'Sec-WebSocket-Version: 13'],
      `Sec-WebSocket-Key: ${'A'.repeat(22)}==`,
    ]);
  const statusOf = (answer: string) => Number(/^HTTP\/1\.1 (\d+)/.exec(answer)?.[1]);

  it('takes the sockets of its own page, of allowed ones, and of what is no browser', async () => {
    for (const origin of [...good, `http://127.0.0.1:${gateway.port}`]) {
      expect({ origin, status: statusOf(await handshake(origin)) }).toEqual({ origin, status: 101 });
    }
  });

  it('refuses all others before anybody is asked for a session', async () => {
    const connections = engine.connections.length;
    // What only spaces set apart from an allowed one is that one, by the rules of HTTP.
    for (const origin of tricks.filter((trick) => trick.trim() === trick)) {
      const status = statusOf(await handshake(origin));
      // What is no header at all is refused as such.
      expect({ origin, refused: [400, 403].includes(status) }).toEqual({ origin, refused: true });
      const asked = await raw(['GET /v1/sessions HTTP/1.1', host(), key, `Origin: ${origin}`, 'Connection: close']);
      expect({ origin, refused: [400, 403].includes(statusOf(asked)) }).toEqual({ origin, refused: true });
      expect(asked.toLowerCase()).not.toContain('access-control-allow-origin');
    }
    expect(engine.connections).toHaveLength(connections);
    expect(await handshake('https://evil.example')).toContain('"code":"forbidden"');
  });
});
