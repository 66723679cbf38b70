import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type SessionStore, StoreError } from '@live-transcribe/core';
import { openSqliteStore } from '@live-transcribe/store-sql';
import { ManualClock, rulerAudio } from '@live-transcribe/testkit';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { scrape } from './support/scrape.ts';
import { type Mood, SlowStore } from './support/slow-store.ts';
import { startTestGateway, type TestGatewayOptions, testRate } from './test-gateway.ts';
import { type Message, pcm16, WireClient } from './wire-client.ts';

type TestGateway = Awaited<ReturnType<typeof startTestGateway>>;

const running = new Set<TestGateway>();
let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'live-transcribe-keeping-'));
});
afterEach(async () => {
  for (const gateway of running) await gateway.close();
  running.clear();
  rmSync(folder, { recursive: true, force: true });
});

async function start(options: TestGatewayOptions = {}): Promise<TestGateway> {
  const gateway = await startTestGateway({ tickMs: 5, ...options });
  running.add(gateway);
  return gateway;
}

const open = () => openSqliteStore({ file: join(folder, 'transcripts.sqlite') });

async function speaking({ port }: TestGateway): Promise<WireClient & { id: string }> {
  const client = await WireClient.open(port, '/v1/transcriptions');
  client.send({ action: 'start', encoding: 'pcm16', sample_rate: testRate, resumable: true });
  const { session_id } = await client.next('session_id');
  return Object.assign(client, { id: String(session_id) });
}

const get = async ({ port }: TestGateway, path: string): Promise<{ status: number; body: Message }> => {
  const response = await fetch(`http://127.0.0.1:${port}${path}`);
  const body: unknown = await response.json();
  return { status: response.status, body: Object(body) };
};

/** For the store, with an event of theirs. */
const untilSomeoneWaits = (gateway: TestGateway) =>
  expect.poll(async () => (await scrape(gateway)).value('outbox_events')).toBeGreaterThan(0);

const covered = ({ messages }: WireClient) =>
  Math.max(0, ...messages.map((message) => Number(message['covered'] ?? 0)));

describe('a final', () => {
  it('is kept before the client is told', async () => {
    const mood: Mood = {};
    const gateway = await start({ openStore: async () => new SlowStore(await open(), mood) });
    const reader = await open();
    const client = await speaking(gateway);
    let go = () => {};
    mood.until = new Promise((resolve) => {
      go = resolve;
    });
    client.send(pcm16(rulerAudio(0, 8_000)));
    await client.next('partial');
    for (let turns = 0; turns < 100; turns += 1) await new Promise((resolve) => setImmediate(resolve));
    expect(client.all('final')).toEqual([]);
    go();
    await client.next('final');
    expect(await reader.read(client.id, 1 as never, 10)).toMatchObject([{ kind: 'final', text: '0-7999' }]);
    await reader.close();
  });

  it('is told after 2 s all the same when the store does not answer, and kept when it does', async () => {
    const mood: Mood = {};
    const clock = new ManualClock();
    const gateway = await start({ clock, openStore: async () => new SlowStore(await open(), mood) });
    const client = await speaking(gateway);
    let go = () => {};
    mood.until = new Promise((resolve) => {
      go = resolve;
    });
    client.send(pcm16(rulerAudio(0, 8_000)));
    await untilSomeoneWaits(gateway);
    clock.advance(1_999);
    expect(client.all('final')).toEqual([]);
    clock.advance(1);
    await client.next('final');
    // Nobody waits a second time.
    client.send(pcm16(rulerAudio(8_000, 8_000)));
    await client.next('final', ({ segment }) => segment === 1);
    expect(covered(client)).toBe(0);
    mood.until = undefined;
    go();
    await expect.poll(() => covered(client)).toBe(1);
    expect((await get(gateway, `/v1/sessions/${client.id}`)).body).toMatchObject({ segments: 2 });
  });
});

describe('a store that is away', () => {
  it('in mid-session costs no word, and has everything when it is back', async () => {
    const mood: Mood = {};
    const clock = new ManualClock();
    const gateway = await start({ clock, openStore: async () => new SlowStore(await open(), mood) });
    const client = await speaking(gateway);
    client.send(pcm16(rulerAudio(0, 8_000)));
    await client.next('final');
    await expect.poll(() => covered(client)).toBe(0.48);
    mood.refuses = 'store_unavailable';
    expect(await get(gateway, '/readyz')).toMatchObject({
      status: 503,
      body: { reason: 'The test has ordered this.' },
    });
    expect(await get(gateway, `/v1/sessions/${client.id}`)).toMatchObject({
      status: 503,
      body: { code: 'store_unavailable' },
    });
    client.send(pcm16(rulerAudio(8_000, 8_000)));
    await untilSomeoneWaits(gateway);
    clock.advance(2_000);
    await client.next('final', ({ segment }) => segment === 1);
    client.send(pcm16(rulerAudio(16_000, 8_000)));
    await client.next('final', ({ segment }) => segment === 2);
    expect(covered(client)).toBe(0.48);

    // A client that comes back meanwhile is told what waits to be kept, too.
    client.socket.terminate();
    await client.closed;
    const back = await WireClient.open(gateway.port, '/v1/transcriptions');
    const resume = { session_id: client.id, from: 0.48, after: 2 };
    back.send({ action: 'start', encoding: 'pcm16', sample_rate: testRate, resume });
    expect(await back.next('final', ({ segment }) => segment === 2)).toMatchObject({ final: '16000-23999', seq: 4 });
    back.send({ action: 'stop' });
    await back.closed;
    expect(back.all('final')).toEqual(['8000-15999', '16000-23999']);

    // It is over, and kept nevertheless as soon as it can be.
    mood.refuses = undefined;
    await expect
      .poll(async () => {
        clock.advance(15_000);
        return (await get(gateway, `/v1/sessions/${client.id}`)).body;
      })
      .toMatchObject({ segments: 3, live: false });
  });

  it('does not cost the words of a server that is ended meanwhile', async () => {
    const dataDir = join(folder, 'data');
    const environment = {
      DATA_DIR: dataDir,
      DATABASE_URL: 'postgres://127.0.0.1:1/stands-for-a-database-that-is-away',
    };
    const clock = new ManualClock();
    const away = async (): Promise<SessionStore> => {
      throw new StoreError('store_unavailable', 'There is no database.');
    };
    const gateway = await start({ clock, environment, openStore: away });
    const starting = speaking(gateway);
    await untilSomeoneWaits(gateway);
    clock.advance(2_000);
    const client = await starting;
    for (const at of [0, 8_000]) {
      client.send(pcm16(rulerAudio(at, 8_000)));
      await client.next('final', ({ segment }) => segment === at / 8_000);
    }
    // A client is told what is not kept yet, and need not keep less for it.
    expect(covered(client)).toBe(0);
    let isStopped = false;
    void gateway.stop().then(() => (isStopped = true));
    await expect
      .poll(() => {
        clock.advance(10_000);
        return isStopped;
      })
      .toBe(true);
    expect(readdirSync(join(dataDir, 'journal')).filter((name) => name.endsWith('.jsonl'))).toHaveLength(1);
    const next = await start({ environment, openStore: open });
    await expect.poll(() => get(next, `/v1/sessions/${client.id}`)).toMatchObject({ body: { segments: 2 } });
    const { items } = (await get(next, `/v1/sessions/${client.id}`)).body as { items: readonly { text: string }[] };
    expect(items.map(({ text }) => text)).toEqual(['0-7999', '8000-15999']);
  });

  it('at the start lets sessions go on, says so on /readyz, and keeps what was said meanwhile', async () => {
    const clock = new ManualClock();
    let isThere = false;
    const openStore = async (): Promise<SessionStore> => {
      if (!isThere) throw new StoreError('store_unavailable', 'There is no database.');
      return open();
    };
    const gateway = await start({ clock, openStore });
    expect(await get(gateway, '/readyz')).toMatchObject({ status: 503, body: { reason: 'There is no database.' } });
    const starting = speaking(gateway);
    await untilSomeoneWaits(gateway);
    clock.advance(2_000);
    const client = await starting;
    client.send(pcm16(rulerAudio(0, 8_000)));
    await client.next('final');
    isThere = true;
    await expect
      .poll(async () => {
        clock.advance(15_000);
        return (await get(gateway, `/v1/sessions/${client.id}`)).body;
      })
      .toMatchObject({ segments: 1, live: true });
    expect((await get(gateway, '/readyz')).status).toBe(200);
  });

  it('answers a client that comes back to a session elsewhere that it may try again', async () => {
    const mood: Mood = {};
    const gateway = await start({ openStore: async () => new SlowStore(await open(), mood) });
    mood.refuses = 'store_unavailable';
    const back = await WireClient.open(gateway.port, '/v1/transcriptions');
    const resume = { session_id: '00000000-0000-4000-8000-000000000000', from: 0, after: 0 };
    back.send({ action: 'start', resume });
    expect((await back.closed).code).toBe(1013);
    expect(back.messages).toMatchObject([{ code: 'store_unavailable' }]);
  });

  it('does not keep the server from stopping', async () => {
    const mood: Mood = {};
    const clock = new ManualClock();
    const gateway = await start({ clock, openStore: async () => new SlowStore(await open(), mood) });
    const client = await speaking(gateway);
    mood.refuses = 'store_unavailable';
    client.send(pcm16(rulerAudio(0, 8_000)));
    running.delete(gateway);
    const closing = gateway.close();
    await clock.untilWaiting((ms) => ms === 8_000);
    clock.advance(8_000);
    await closing;
    expect((await client.closed).code).not.toBe(1000);
  });
});

describe('the store of a server without a database', () => {
  it('is a file in DATA_DIR, whose folder is made', async () => {
    const dataDir = join(folder, 'a', 'b');
    const gateway = await start({ environment: { DATA_DIR: dataDir } });
    expect(existsSync(join(dataDir, 'transcripts.sqlite'))).toBe(true);
    expect((await get(gateway, '/readyz')).status).toBe(200);
  });

  it('that cannot be made stops nobody from speaking, and /readyz says what is wrong', async () => {
    writeFileSync(join(folder, 'occupied'), '');
    const gateway = await start({ environment: { DATA_DIR: join(folder, 'occupied', 'x') } });
    const { status, body } = await get(gateway, '/readyz');
    expect(status).toBe(503);
    expect(body['reason']).toMatch(/occupied/);
  });
});

describe('a server that has to stop before all is said', () => {
  it('leaves what it cannot finalise to the next one', async () => {
    const clock = new ManualClock();
    const gateway = await start({ clock, openStore: open, faults: [{ neverFinishes: true }] });
    const client = await speaking(gateway);
    client.send(pcm16(rulerAudio(0, 12_000)));
    await client.next('partial', ({ segment }) => segment === 1);
    running.delete(gateway);
    const closing = gateway.close();
    await clock.untilWaiting((ms) => ms === 8_000);
    clock.advance(8_000);
    await closing;
    await client.closed;
    const next = await start({ openStore: open });
    expect((await get(next, `/v1/sessions/${client.id}`)).body).toMatchObject({
      live: false,
      ended_at: null,
      segments: 1,
    });
    const back = await WireClient.open(next.port, '/v1/transcriptions');
    const resume = { session_id: client.id, from: 0, after: 2 };
    back.send({ action: 'start', encoding: 'pcm16', sample_rate: testRate, resume });
    back.send(pcm16(rulerAudio(0, 12_000)));
    back.send({ action: 'stop' });
    expect((await back.closed).code).toBe(1000);
    expect(back.all('final')).toEqual(['8000-11999']);
  });
});

describe('a session that another server has claimed', () => {
  it('is given up: its client is told that it has moved', async () => {
    const gateway = await start({ openStore: open });
    const client = await speaking(gateway);
    client.send(pcm16(rulerAudio(0, 8_000)));
    await client.next('final');
    const other = await open();
    expect(await other.claim(client.id)).toBeDefined();
    client.send(pcm16(rulerAudio(8_000, 8_000)));
    expect((await client.closed).code).toBe(1008);
    expect(client.messages.at(-1)).toMatchObject({ code: 'session_moved' });
    expect(client.all('final')).toEqual(['0-7999']);
    await other.close();
  });
});
