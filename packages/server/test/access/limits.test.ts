import { once } from 'node:events';
import { connect } from 'node:net';
import { LocalCounters, StoreError, systemClock } from '@live-transcribe/core';
import { ManualClock, rulerAudio } from '@live-transcribe/testkit';
import { pino } from 'pino';
import { afterEach, describe, expect, it } from 'vitest';
import { networkOf } from '../../src/auth/client-address.ts';
import { unrestricted } from '../../src/auth/principal.ts';
import { Admissions } from '../../src/limits/admissions.ts';
import { Toll } from '../../src/limits/toll.ts';
import { startTestGateway, type TestGatewayOptions, testRate } from '../test-gateway.ts';
import { pcm16, WireClient } from '../wire-client.ts';
import { apiKey } from './tokens.ts';

type TestGateway = Awaited<ReturnType<typeof startTestGateway>>;

const gateways: TestGateway[] = [];
const clients: WireClient[] = [];
afterEach(async () => {
  for (const { socket } of clients.splice(0)) socket.terminate();
  for (const gateway of gateways.splice(0)) await gateway.close();
});

const set = async (environment: Record<string, string>, options: TestGatewayOptions = {}): Promise<TestGateway> => {
  const gateway = await startTestGateway({ ...options, environment: { TRUST_PROXY: 'loopback', ...environment } });
  gateways.push(gateway);
  return gateway;
};
const from = (address: string, key = apiKey) => ({ 'x-forwarded-for': address, authorization: `Bearer ${key}` });
const start = { action: 'start', encoding: 'pcm16', sample_rate: testRate };

const open = (gateway: TestGateway, headers: Record<string, string> = {}): WireClient => {
  const client = new WireClient(`ws://127.0.0.1:${gateway.port}/v1/transcriptions`, { headers });
  clients.push(client);
  client.socket.on('open', () => client.send(start));
  return client;
};
const begun = async (client: WireClient): Promise<WireClient> => {
  await client.next('session_id');
  return client;
};
/** The code that a client is told, and that of its close. */
const refused = async (client: WireClient) => ({
  told: (await client.next('code'))['code'],
  close: (await client.closed).code,
});
const full = { told: 'too_many_sessions', close: 1013 };

describe('how many sessions there may be', { timeout: 30_000 }, () => {
  const API_KEYS = `web=${apiKey},app=${apiKey}2`;

  it('in all: one that is over makes room', async () => {
    const gateway = await set({ MAX_SESSIONS: '2' });
    const first = await begun(open(gateway));
    await begun(open(gateway));
    expect(await refused(open(gateway))).toEqual(full);
    first.send({ action: 'stop' });
    await first.closed;
    await begun(open(gateway));
    expect(await refused(open(gateway))).toEqual(full);
  });

  it('of a key, with the tokens that it has made', async () => {
    const gateway = await set({ API_KEYS, MAX_SESSIONS_PER_KEY: '2' });
    const answer = await fetch(`http://127.0.0.1:${gateway.port}/v1/tokens`, {
      method: 'POST',
      headers: { authorization: `Bearer ${apiKey}` },
    });
    const { token } = await answer.json();
    await begun(open(gateway, from('127.0.0.1')));
    await begun(open(gateway, from('127.0.0.1', token)));
    expect(await refused(open(gateway, from('127.0.0.1', token)))).toEqual(full);
    await begun(open(gateway, from('127.0.0.1', `${apiKey}2`)));
  });

  it('from an address, as a trusted proxy names it, and from this machine as many as there are', async () => {
    const gateway = await set({ API_KEYS, MAX_SESSIONS_PER_ADDRESS: '1' });
    await begun(open(gateway, from('203.0.113.1')));
    expect(await refused(open(gateway, from('203.0.113.1')))).toEqual(full);
    // Whatever a client itself has written stands before what the proxy has.
    expect(await refused(open(gateway, from('198.51.100.7, 203.0.113.1')))).toEqual(full);
    await begun(open(gateway, from('2001:db8::1')));
    expect(await refused(open(gateway, from('2001:db8::2')))).toEqual(full);
    await begun(open(gateway, from('2001:db8:0:1::1')));
    for (let count = 0; count < 3; count += 1) await begun(open(gateway, from('127.0.0.1')));
  });

  it('from an address, whatever it says of itself, where no proxy is trusted', async () => {
    const gateway = await set({ API_KEYS, MAX_SESSIONS_PER_ADDRESS: '1', TRUST_PROXY: '192.0.2.1' });
    for (let count = 0; count < 3; count += 1) await begun(open(gateway, from('203.0.113.1')));
  });

  it('begun within a minute from an address', async () => {
    const gateway = await set({ API_KEYS, STARTS_PER_MINUTE_PER_ADDRESS: '3' });
    const outcomes: unknown[] = [];
    // The minute may end in between, once.
    for (let count = 0; count < 8; count += 1) {
      const client = open(gateway, from('203.0.113.1'));
      const told = await Promise.race([client.next('session_id'), client.next('code')]);
      outcomes.push(told['code']);
      client.socket.terminate();
    }
    expect(outcomes.filter((code) => code === 'too_many_sessions').length).toBeGreaterThanOrEqual(2);
    expect(outcomes.slice(0, 3)).toEqual([undefined, undefined, undefined]);
  });

  it('gives a place back when the session did not come about', async () => {
    const gateway = await set({ MAX_SESSIONS: '1' });
    for (let count = 0; count < 5; count += 1) {
      const client = new WireClient(`ws://127.0.0.1:${gateway.port}/v1/transcriptions`);
      client.socket.on('open', () => client.send({ ...start, encoding: 'opus', channels: 8 }));
      await client.closed;
    }
    await begun(open(gateway));
  });

  it('leaves a place to one who comes back, who may still be counted where they were lost', async () => {
    const gateway = await set({ MAX_SESSIONS: '1', RESUME_SECONDS: '0' });
    const client = new WireClient(`ws://127.0.0.1:${gateway.port}/v1/transcriptions`);
    client.socket.on('open', () => client.send({ ...start, resumable: true }));
    const { session_id } = await client.next('session_id');
    client.send(pcm16(rulerAudio(0, 9_000)));
    await client.next('final');
    client.socket.terminate();
    const other = async (): Promise<WireClient> => {
      const next = open(gateway);
      const told = await Promise.race([next.next('session_id'), next.next('code')]);
      return 'session_id' in told ? next : other();
    };
    await other();
    const returned = new WireClient(`ws://127.0.0.1:${gateway.port}/v1/transcriptions`);
    clients.push(returned);
    returned.socket.on('open', () => returned.send({ ...start, resume: { session_id, from: 0, after: 0 } }));
    expect(await returned.next('session_id')).toMatchObject({ session_id, resumed: true });
  });
});

describe('how much a client may use', { timeout: 30_000 }, () => {
  it('ends a session when the minutes of its key are used up, with all that was said, and begins no other', async () => {
    const gateway = await set({ API_KEYS: apiKey, MINUTES_PER_DAY_PER_KEY: '1', MAX_AUDIO_RATE: '10000' });
    const client = await begun(open(gateway, from('127.0.0.1')));
    for (let at = 0; at < 70 * testRate; at += testRate) {
      client.send(pcm16(rulerAudio(at % 32_768, testRate)));
    }
    expect(await refused(client)).toEqual({ told: 'quota_exceeded', close: 1008 });
    const heard = client.messages.findLast((message) => 'final' in message)?.['end'];
    expect(heard).toBeGreaterThanOrEqual(60);
    expect(await refused(open(gateway, from('127.0.0.1')))).toEqual({ told: 'quota_exceeded', close: 1008 });
  });

  it('gives readers of events so many places', async () => {
    const gateway = await set({ MAX_WATCHERS: '1' });
    const client = await begun(open(gateway));
    const id = String(client.messages[0]?.['session_id']);
    const watch = (signal: AbortSignal) =>
      fetch(`http://127.0.0.1:${gateway.port}/v1/sessions/${id}/events`, { signal });
    const watching = new AbortController();
    expect((await watch(watching.signal)).status).toBe(200);
    const answer = await watch(AbortSignal.timeout(10_000));
    expect([answer.status, (await answer.json()).code]).toEqual([429, 'too_many_watchers']);
    expect(answer.headers.get('retry-after')).toBe('5');
    watching.abort();
    await expect.poll(async () => (await watch(AbortSignal.timeout(10_000))).status, { timeout: 20_000 }).toBe(200);
  });

  it('gives an address so many sockets', async () => {
    const gateway = await set({ API_KEYS: apiKey, MAX_CONNECTIONS_PER_ADDRESS: '2' });
    const path = `ws://127.0.0.1:${gateway.port}/v1/transcriptions`;
    const sockets = [0, 1].map(() => new WireClient(path, { headers: from('203.0.113.1') }));
    for (const { socket } of sockets) await once(socket, 'open');
    const third = new WireClient(path, { headers: from('203.0.113.1') });
    const [, { statusCode }] = await once(third.socket, 'unexpected-response');
    expect(statusCode).toBe(429);
    third.socket.terminate();
    sockets[0]?.socket.terminate();
    await expect
      .poll(async () => {
        const next = new WireClient(path, { headers: from('203.0.113.1') });
        clients.push(next);
        return Promise.race([once(next.socket, 'open').then(() => 'open'), next.closed.then(() => 'refused')]);
      })
      .toBe('open');
    sockets[1]?.socket.terminate();
  });

  it.each([
    ['headers', 'HTTP/1.1 431', `GET / HTTP/1.1\r\nHost: localhost\r\nx: ${'x'.repeat(20_000)}\r\n\r\n`],
    [
      'a body',
      'HTTP/1.1 413',
      `POST /v1/tokens HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 999999\r\n\r\n{`,
    ],
    [
      'an address',
      'HTTP/1.1 404',
      `GET /${'x'.repeat(8_000)} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`,
    ],
    ['an id', 'HTTP/1.1 414', `GET /v1/sessions/${'1'.repeat(500)} HTTP/1.1\r\nHost: localhost\r\n\r\n`],
    [
      'chunks that are none',
      'HTTP/1.1 400',
      'POST /v1/tokens HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\nContent-Type: application/json\r\n\r\nzz\r\n',
    ],
    [
      'two lengths',
      'HTTP/1.1 400',
      'POST /v1/tokens HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n{}',
    ],
  ])('refuses %s that is too much, without a word of its insides', async (_, status, request) => {
    const gateway = await set({});
    const socket = connect(gateway.port, '127.0.0.1');
    socket.write(request);
    let answer = '';
    socket.on('data', (bytes) => {
      answer += bytes.toString();
    });
    await expect.poll(() => answer).toContain('\r\n\r\n');
    socket.destroy();
    expect(answer).toContain(status);
    expect(answer).not.toMatch(/node_modules|at \w+ \(|\.ts:|\.js:/);
  });

  it('lets nobody keep a connection who does not say what they want', async () => {
    const gateway = await set({ HEADERS_SECONDS: '1' });
    const silent = connect(gateway.port, '127.0.0.1');
    const slow = connect(gateway.port, '127.0.0.1');
    slow.write('GET / HTTP/1.1\r\nHost: localhost\r\nx: ');
    const drip = setInterval(() => slow.write('x'), 100);
    for (const socket of [silent, slow]) socket.on('error', () => undefined).resume();
    await Promise.all([silent, slow].map((socket) => once(socket, 'close')));
    clearInterval(drip);
  });

  it('lets a client go whose message does not come to an end', async () => {
    const gateway = await set({ SLOW_SENDER_SECONDS: '1' }, { heartbeatMs: 200 });
    const client = await begun(open(gateway));
    // A message in pieces, of which the last does not come; pongs come all the while.
    const drip = setInterval(() => client.socket.send(new Uint8Array(2_000), { fin: false }), 50);
    expect(await refused(client)).toEqual({ told: 'too_slow', close: 1008 });
    clearInterval(drip);
  });
});

describe('how fast audio comes', () => {
  const room = (clock: ManualClock, use: (seconds: number) => Promise<void> = async () => undefined) => {
    const socket = { open: true, ending: undefined, endWith: () => undefined };
    return { socket, toll: new Toll({ sampleRate: 100, maxAudioRate: 10, use, socket, clock }) };
  };

  it('costs nothing to look at within the first minute, and is slowed to the rate after it', async () => {
    const clock = new ManualClock();
    const { toll } = room(clock);
    for (let second = 0; second < 60; second += 1) await toll.audio(100);
    let passed = false;
    const waiting = toll.audio(200)?.then(() => {
      passed = true;
    });
    // Two seconds of audio too many are a fifth of a second at ten times real time.
    await clock.untilWaiting((ms) => ms === 250);
    expect(passed).toBe(false);
    clock.advance(250);
    await waiting;
    expect(passed).toBe(true);
  });

  it('is waited for no longer than the client is there', async () => {
    const clock = new ManualClock();
    const { toll, socket } = room(clock);
    const waiting = toll.audio(1_000_000);
    await clock.untilWaiting((ms) => ms === 250);
    socket.open = false;
    clock.advance(250);
    await waiting;
  });

  it('slows who floods it with messages that are no audio', async () => {
    const clock = new ManualClock();
    const { toll } = room(clock);
    for (let count = 0; count < 1_000; count += 1) await toll.message();
    const waiting = toll.message();
    await clock.untilWaiting((ms) => ms === 250);
    clock.advance(250);
    await waiting;
  });

  it('is counted every ten seconds of it, and at the end to the last sample', async () => {
    const counted: number[] = [];
    const { toll } = room(new ManualClock(), async (seconds) => void counted.push(seconds));
    for (let second = 0; second < 25; second += 1) await toll.audio(100);
    void toll.audio(50);
    await toll.end();
    await toll.end();
    expect(counted).toEqual([10, 10, 5.5, 0]);
  });

  it('loses nothing: a flood arrives whole, later', async () => {
    const gateway = await set({ MAX_AUDIO_RATE: '20' });
    const client = await begun(open(gateway));
    const seconds = 80;
    for (let at = 0; at < seconds; at += 1) client.send(pcm16(rulerAudio((at * testRate) % 32_000, testRate)));
    client.send({ action: 'stop' });
    expect(await client.next('ended')).toMatchObject({ duration: seconds });
  }, 30_000);
});

describe('counters that cannot be reached', () => {
  const away = new StoreError('store_unavailable', 'Away.');
  const lost = () => Promise.reject(away);
  const counters = { lease: lost, held: lost, add: lost, mark: lost, close: async () => undefined };
  const limits = {
    maxSessions: 1,
    maxSessionsPerKey: 5,
    maxSessionsPerAddress: 5,
    startsPerMinutePerAddress: 5,
    minutesPerDayPerKey: 1,
  };
  const address = networkOf('203.0.113.1');

  it('cost nobody their session: this server counts alone, and says so once', async () => {
    const lines: string[] = [];
    const log = pino({ level: 'info' }, { write: (line: string) => void lines.push(line) });
    const admissions = new Admissions({ counters, limits, log });
    const applicant = { principal: unrestricted('key:web', true), address };
    const lease = await admissions.begin(applicant);
    await expect(admissions.begin(applicant)).rejects.toMatchObject({ code: 'too_many_sessions' });
    lease.release();
    await admissions.begin(applicant);
    await expect(admissions.use(applicant.principal, 60)).rejects.toMatchObject({ code: 'quota_exceeded' });
    expect(lines.filter((line) => line.includes('for this server alone'))).toHaveLength(1);
  });

  it('let no token for one use in, which the others may have seen', async () => {
    const local = new LocalCounters(systemClock);
    const half = {
      ...counters,
      lease: local.lease.bind(local),
      held: local.held.bind(local),
      add: local.add.bind(local),
    };
    const admissions = new Admissions({ counters: half, limits, log: pino({ level: 'silent' }) });
    const principal = { ...unrestricted('key:web', true), once: { id: 'one', until: 0 } };
    await expect(admissions.begin({ principal, address })).rejects.toBe(away);
    expect(await local.held('sessions')).toBe(0);
  });
});
