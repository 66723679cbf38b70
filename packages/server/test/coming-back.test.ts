import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { openSqliteStore } from '@live-transcribe/store-sql';
import { ManualClock, RulerEngine, rulerAudio, seeded } from '@live-transcribe/testkit';
import { afterEach, describe, expect, it } from 'vitest';
import { FloodEngine } from './support/flood-engine.ts';
import { joinedStretches } from './support/returning-client.ts';
import { SlowStore } from './support/slow-store.ts';
import { TapeEngine } from './tape-engine.ts';
import { startTestGateway, type TestGatewayOptions, testRate } from './test-gateway.ts';
import { type Message, pcm16, WireClient } from './wire-client.ts';

type TestGateway = Awaited<ReturnType<typeof startTestGateway>>;

const path = '/v1/transcriptions';
const running = new Set<TestGateway>();
afterEach(async () => {
  for (const gateway of running) await gateway.close();
  running.clear();
});

async function start(options: TestGatewayOptions = {}): Promise<TestGateway> {
  const gateway = await startTestGateway({ tickMs: 5, ...options });
  running.add(gateway);
  return gateway;
}

const format = { action: 'start', encoding: 'pcm16', sample_rate: testRate };

async function open(
  { port }: TestGateway,
  members: object = { resumable: true },
): Promise<WireClient & { id: string }> {
  const client = await WireClient.open(port, path);
  client.send({ ...format, ...members });
  const { session_id } = await client.next('session_id');
  return Object.assign(client, { id: String(session_id) });
}

async function resume({ port }: TestGateway, session_id: string, from: number, after: number, members: object = {}) {
  const client = await WireClient.open(port, path);
  client.send({ ...format, ...members, resume: { session_id, from, after } });
  return client;
}

async function lose(client: WireClient): Promise<void> {
  client.socket.terminate();
  await client.closed;
}

const detail = async ({ port }: TestGateway, id: string): Promise<Message> => {
  const response = await fetch(`http://127.0.0.1:${port}/v1/sessions/${id}`);
  const body: unknown = await response.json();
  return Object(body);
};

describe('a start message that says resumable', () => {
  it('is answered with how long the engine listens on, and events have numbers', async () => {
    const gateway = await start({ environment: { RESUME_SECONDS: '7' } });
    const client = await open(gateway);
    expect(client.messages[0]).toMatchObject({ resumable_s: 7, heartbeat_s: 10 });
    expect(await client.next('covered')).toEqual({ covered: 0, seq: 0 });
    client.send(pcm16(rulerAudio(0, 12_000)));
    expect(await client.next('covered', ({ covered }) => covered !== 0)).toEqual({ covered: 0.48, seq: 2 });
    client.send({ action: 'stop' });
    expect((await client.closed).code).toBe(1000);
    expect(client.messages.filter((message) => 'seq' in message && !('covered' in message))).toMatchObject([
      { final: '0-7999', seq: 2 },
      { final: '8000-11999', seq: 3 },
      { ended: true, seq: 4 },
    ]);
  });

  it('changes nothing for a client that does not say it', async () => {
    const gateway = await start();
    const client = await open(gateway, {});
    client.send(pcm16(rulerAudio(0, 12_000)));
    client.send({ action: 'stop' });
    await client.closed;
    expect(client.messages.filter((message) => 'seq' in message || 'covered' in message)).toEqual([]);
    expect(client.messages[0]).not.toHaveProperty('resumable_s');
  });
});

describe('a client that comes back', () => {
  it('is told where the session is, and goes on as if nothing had been', async () => {
    const gateway = await start({ environment: { RESUME_SECONDS: '7' } });
    const client = await open(gateway);
    client.send(pcm16(rulerAudio(0, 12_000)));
    await client.next('covered', ({ covered }) => covered !== 0);
    await lose(client);
    const back = await resume(gateway, client.id, 0.48, 2);
    expect(await back.next('session_id')).toEqual({
      session_id: client.id,
      engine: 'ruler',
      model: 'gateway-model',
      language: 'en',
      resumable_s: 7,
      heartbeat_s: 10,
      resumed: true,
      received: 0.75,
    });
    back.send(pcm16(rulerAudio(7_680, 12_320)));
    back.send({ action: 'stop' });
    expect((await back.closed).code).toBe(1000);
    expect(back.all('final')).toEqual(['8000-15999', '16000-19999']);
    // No second connection to the engine, and nothing that a transcript would show.
    expect(await detail(gateway, client.id)).toMatchObject({ segments: 3, live: false });
    expect((gateway.engine as RulerEngine).connections).toHaveLength(1);
  });

  it('while its old connection is still open takes the session over from it', async () => {
    const gateway = await start();
    const client = await open(gateway);
    client.send(pcm16(rulerAudio(0, 12_000)));
    await client.next('partial', ({ partial }) => partial === '8000-11999');
    const back = await resume(gateway, client.id, 0.48, 1);
    expect((await client.closed).code).toBe(1008);
    expect(client.messages.at(-1)).toMatchObject({ code: 'session_moved' });
    client.send(pcm16(rulerAudio(60_000, 1_000)));
    back.send(pcm16(rulerAudio(7_680, 12_320)));
    back.send({ action: 'stop' });
    expect((await back.closed).code).toBe(1000);
    expect(back.all('final')).toEqual(['0-7999', '8000-15999', '16000-19999']);
  });

  it('on several connections at once has one that speaks', async () => {
    const gateway = await start();
    const client = await open(gateway);
    client.send(pcm16(rulerAudio(0, 12_000)));
    await client.next('partial', ({ partial }) => partial === '8000-11999');
    const backs = await Promise.all([1, 2, 3, 4].map(() => resume(gateway, client.id, 0, 1)));
    const closing = Promise.all(backs.map(async (back) => ({ back, ...(await back.closed) })));
    for (const back of backs) {
      back.send(pcm16(rulerAudio(0, 20_000)));
      back.send({ action: 'stop' });
    }
    const closed = await closing;
    const [winners, losers] = [1000, 1008].map((wanted) => closed.filter(({ code }) => code === wanted));
    expect(losers?.every(({ back }) => back.messages.at(-1)?.['code'] === 'session_moved')).toBe(true);
    // One that comes when another has stopped already is told all as well.
    expect(winners?.length).toBe(4 - (losers?.length ?? 0));
    expect(winners?.length).toBeGreaterThan(0);
    for (const { back } of winners ?? []) expect(joinedStretches(back.all('final').map(String))).toBe('0-19999');
    expect(await detail(gateway, client.id)).toMatchObject({ segments: 3 });
  });

  it('reads every event once while more come at that very moment', async () => {
    const count = 600;
    const random = seeded(7);
    const file = join(mkdtempSync(join(tmpdir(), 'live-transcribe-flood-')), 'transcripts.sqlite');
    // What is kept already and not yet acknowledged is the moment that matters.
    const mood = { turns: () => Math.floor(random() * 4) };
    const openStore = async () => new SlowStore(await openSqliteStore({ file }), mood);
    const gateway = await start({ engine: new FloodEngine(count), openStore });
    const client = await open(gateway);
    const { id } = client;
    const told: Message[] = [];
    const numbered = ({ messages }: WireClient) => messages.filter((message) => 'final' in message);
    let at: WireClient = client;
    while (told.length < count) {
      for (let turns = Math.floor(random() * 60); turns > 0; turns -= 1) {
        await new Promise((resolve) => setImmediate(resolve));
      }
      await lose(at);
      told.push(...numbered(at));
      const after = Number(told.at(-1)?.['seq'] ?? 0);
      at = await resume(gateway, id, 0, after);
      await at.next('session_id');
    }
    expect(told.map(({ final }) => final)).toEqual(Array.from({ length: count }, (_, index) => String(index)));
    await lose(at);
    rmSync(dirname(file), { recursive: true });
  }, 30_000);

  it('too late finds what was said finalised, and goes on from there', async () => {
    const clock = new ManualClock();
    const gateway = await start({ clock });
    const client = await open(gateway);
    client.send(pcm16(rulerAudio(0, 12_000)));
    await client.next('covered', ({ covered }) => covered !== 0);
    await lose(client);
    await clock.untilWaiting((ms) => ms === 60_000);
    clock.advance(59_999);
    await pause(20);
    expect(await detail(gateway, client.id)).toMatchObject({ live: true, segments: 1 });
    clock.advance(1);
    await expect.poll(() => detail(gateway, client.id)).toMatchObject({ live: false, segments: 2 });
    const back = await resume(gateway, client.id, 0.48, 2);
    expect(await back.next('session_id')).toMatchObject({ resumed: true, received: 0.75 });
    back.send(pcm16(rulerAudio(7_680, 12_320)));
    back.send({ action: 'stop' });
    expect((await back.closed).code).toBe(1000);
    expect(back.all('final')).toEqual(['8000-11999', '12000-19999']);
    expect(await detail(gateway, client.id)).toMatchObject({ segments: 3, duration: 1.25, live: false });
  });

  it.each([
    ['has stopped, and lost its connection before the last final came', true],
    ['has stopped, and lost its connection with the last final', false],
  ])('after it %s is told the rest and the end', async (_, early) => {
    const gateway = await start();
    const client = await open(gateway);
    client.send(pcm16(rulerAudio(0, 12_000)));
    client.send({ action: 'stop' });
    if (early) await client.next('partial');
    else await client.closed;
    await lose(client);
    const back = await resume(gateway, client.id, 0, 2);
    expect((await back.closed).code).toBe(1000);
    expect(back.messages).toMatchObject([
      { session_id: client.id, resumed: true, received: 0.75 },
      { final: '8000-11999', seq: 3 },
      { ended: true, duration: 0.75, segments: 2, seq: 4 },
    ]);
    const again = await resume(gateway, client.id, 0, 4);
    expect((await again.closed).code).toBe(1000);
    expect(again.messages).toHaveLength(1);
  });

  it('without some of its audio gets silence in its place, and is told', async () => {
    const engine = new TapeEngine(testRate);
    const gateway = await start({ engine });
    const client = await open(gateway);
    client.send(pcm16(rulerAudio(0, 8_000)));
    await expect.poll(() => engine.heard().length).toBe(8_000);
    await lose(client);
    const back = await resume(gateway, client.id, 0.6, 1);
    expect(await back.next('notice')).toMatchObject({ code: 'gap_filled', start: 0.6 });
    back.send(pcm16(rulerAudio(9_600, 1_600)));
    back.send({ action: 'stop' });
    await back.closed;
    const expected = [...rulerAudio(0, 8_000), ...new Int16Array(1_600), ...rulerAudio(9_600, 1_600)];
    expect([...engine.heard()]).toEqual(expected);
    expect(engine.connections).toBe(1);
  });

  it('with audio from a time that has not been yet is refused, and may try again', async () => {
    const gateway = await start();
    const client = await open(gateway);
    client.send(pcm16(rulerAudio(0, 12_000)));
    await client.next('covered', ({ covered }) => covered !== 0);
    await lose(client);
    const wrong = await resume(gateway, client.id, 10_000, 1);
    expect((await wrong.closed).code).toBe(1008);
    expect(wrong.messages).toMatchObject([{ code: 'bad_value', error: expect.stringContaining('resume.from') }]);
    const back = await resume(gateway, client.id, 0.48, 2);
    back.send({ action: 'stop' });
    expect((await back.closed).code).toBe(1000);
    expect(back.all('final')).toEqual(['8000-11999']);
  });

  it('may want partials and words in another way', async () => {
    const gateway = await start();
    const client = await open(gateway, { resumable: true, partials: 'off' });
    client.send(pcm16(rulerAudio(0, 8_000)));
    await client.next('final');
    client.send(pcm16(rulerAudio(8_000, 1_600)));
    await expect.poll(async () => (await resumeReceived(gateway, client.id)).received).toBe(0.6);
    const back = await resume(gateway, client.id, 0.6, 2, { partials: 'delta' });
    back.send(pcm16(rulerAudio(9_600, 1_600)));
    // What went before is not known to this connection: the first text is whole.
    expect(await back.next('partial')).toMatchObject({ partial: '8000-11199', segment: 1 });
    back.send({ action: 'stop' });
    await back.closed;
    expect(client.all('partial')).toEqual([]);
  });

  it.each([
    ['that is none', 'nonsense'],
    ['that nobody has', '00000000-0000-4000-8000-000000000000'],
    ['that would be a path', '../../etc/passwd'],
  ])('with an id %s is told so', async (_, id) => {
    const gateway = await start();
    const back = await resume(gateway, id, 0, 0);
    expect((await back.closed).code).toBe(1008);
    expect(back.messages).toMatchObject([{ code: 'session_unknown' }]);
  });

  it('to a session that was not started as resumable is told so, and disturbs nothing', async () => {
    const gateway = await start();
    const client = await open(gateway, {});
    client.send(pcm16(rulerAudio(0, 12_000)));
    const back = await resume(gateway, client.id, 0, 0);
    expect((await back.closed).code).toBe(1008);
    expect(back.messages).toMatchObject([{ code: 'session_unknown' }]);
    client.send({ action: 'stop' });
    expect((await client.closed).code).toBe(1000);
    const later = await resume(gateway, client.id, 0, 0);
    expect((await later.closed).code).toBe(1008);
  });

  it.each([
    ['no id', { from: 0, after: 0 }, 'resume.session_id'],
    ['a time before the session', { session_id: 'x', from: -1, after: 0 }, 'resume.from'],
    ['half an event', { session_id: 'x', from: 0, after: 1.5 }, 'resume.after'],
    ['a text', 'x', 'resume'],
  ])('with %s is told what is wrong', async (_, members, what) => {
    const { port } = await start();
    const back = await WireClient.open(port, path);
    back.send({ ...format, resume: members });
    expect((await back.closed).code).toBe(1008);
    expect(back.messages).toMatchObject([{ code: 'bad_value', error: expect.stringContaining(`"${what}"`) }]);
  });
});

async function resumeReceived(gateway: TestGateway, id: string): Promise<Message> {
  const probe = await resume(gateway, id, 0.6, 2);
  const answer = await probe.next('session_id');
  await lose(probe);
  return answer;
}

describe('a client that leaves', () => {
  it('with close 1000 is not waited for', async () => {
    const gateway = await start();
    const client = await open(gateway);
    client.send(pcm16(rulerAudio(0, 12_000)));
    await client.next('covered', ({ covered }) => covered !== 0);
    client.socket.close(1000);
    await expect.poll(() => detail(gateway, client.id)).toMatchObject({ live: false, segments: 2 });
  });

  it('is not waited for when it cannot come back', async () => {
    const gateway = await start();
    const client = await open(gateway, {});
    client.send(pcm16(rulerAudio(0, 12_000)));
    await client.next('final');
    await lose(client);
    await expect.poll(() => detail(gateway, client.id)).toMatchObject({ live: false, segments: 2 });
  });
});

describe('a server that stops', () => {
  it('finalises what was said, tells the client to come back, and the next one goes on', async () => {
    const gateway = await start();
    const client = await open(gateway);
    client.send(pcm16(rulerAudio(0, 12_000)));
    await client.next('covered', ({ covered }) => covered !== 0);
    running.delete(gateway);
    await gateway.close();
    expect((await client.closed).code).toBe(1001);
    expect(client.messages.slice(-2)).toMatchObject([{ final: '8000-11999', seq: 3 }, { code: 'shutting_down' }]);
    expect(client.all('ended')).toEqual([]);
  });

  it('does not wait for clients that are lost', async () => {
    const gateway = await start();
    const client = await open(gateway);
    client.send(pcm16(rulerAudio(0, 12_000)));
    await client.next('covered', ({ covered }) => covered !== 0);
    await lose(client);
    running.delete(gateway);
    const began = performance.now();
    await gateway.close();
    expect(performance.now() - began).toBeLessThan(4_000);
  });
});
