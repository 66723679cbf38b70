import { EngineError } from '@live-transcribe/core';
import { ManualClock, RulerEngine, rulerAudio } from '@live-transcribe/testkit';
import { afterEach, describe, expect, it } from 'vitest';
import { startTestGateway, type TestGatewayOptions, testRate } from './test-gateway.ts';
import { pcm16, WireClient } from './wire-client.ts';

type TestGateway = Awaited<ReturnType<typeof startTestGateway>>;
const running = new Set<TestGateway>();
const start = async (options?: TestGatewayOptions) => {
  const gateway = await startTestGateway(options);
  running.add(gateway);
  return gateway;
};
afterEach(async () => {
  for (const gateway of running) await gateway.close();
  running.clear();
});

const begin = { action: 'start', encoding: 'pcm16', sample_rate: testRate };
const debug = async ({ port }: TestGateway, ring: string) => {
  const response = await fetch(`http://127.0.0.1:${port}/debug/${ring}`);
  const body: unknown = await response.json();
  return body;
};

/** Resolves when `ring` holds an entry like `entry`: what happens after a client has gone can be seen only there. */
async function untilShown(gateway: TestGateway, ring: string, entry: object): Promise<void> {
  await expect
    .poll(() => debug(gateway, ring), { timeout: 5_000 })
    .toMatchObject({
      items: expect.arrayContaining([expect.objectContaining(entry)]),
    });
}

describe('a client that says nothing', () => {
  it('is told after 10 s that no start message came, and closed with 1008', async () => {
    const clock = new ManualClock();
    const gateway = await start({ clock });
    const client = await WireClient.open(gateway.port, '/v1/transcriptions');
    await clock.untilWaiting((ms) => ms === 10_000);
    clock.advance(9_999);
    expect(client.messages).toEqual([]);
    clock.advance(1);
    expect((await client.closed).code).toBe(1008);
    expect(client.messages).toEqual([{ error: 'No start message came within 10 s.', code: 'start_timeout' }]);
  });

  it('does not hold a session for ever: its words are finalised, and it is told why', async () => {
    // Long enough for a busy machine to answer a heartbeat, and to read the audio first.
    const gateway = await start({ heartbeatMs: 700, idleMs: 600 });
    const client = await WireClient.open(gateway.port, '/ws');
    client.send(pcm16(rulerAudio(0, 1_000)));
    expect((await client.closed).code).toBe(1008);
    expect(client.messages).toContainEqual(expect.objectContaining({ type: 'final', text: '0-999' }));
    expect(client.messages).toContainEqual(expect.objectContaining({ type: 'error', code: 'idle_timeout' }));
  });
});

describe('a client that vanishes', () => {
  it.each([
    ['closes', (client: WireClient) => client.socket.close()],
    ['is cut off', (client: WireClient) => client.socket.terminate()],
  ])('has its last words finalised when it %s', async (_, leave) => {
    const gateway = await start();
    const client = await WireClient.open(gateway.port, '/v1/transcriptions');
    client.send(begin);
    client.send(pcm16(rulerAudio(0, 1_000)));
    await client.next('partial');
    leave(client);
    await untilShown(gateway, 'openai-text', { type: 'final', text: '0-999' });
  });

  it('is noticed by its silence when the network swallowed its goodbye', async () => {
    const gateway = await start({ heartbeatMs: 30 });
    const client = new WireClient(`ws://127.0.0.1:${gateway.port}/ws`);
    client.socket.on('open', () => {
      client.send(pcm16(rulerAudio(0, 1_000)));
      client.socket.pause();
    });
    await untilShown(gateway, 'openai-text', { type: 'final', text: '0-999' });
    client.socket.terminate();
  });

  it('before its start message leaves nothing behind', async () => {
    const gateway = await start();
    const client = await WireClient.open(gateway.port, '/v1/transcriptions');
    client.socket.terminate();
    await client.closed;
    const other = await WireClient.open(gateway.port, '/v1/transcriptions');
    other.send(begin);
    other.send({ action: 'stop' });
    expect((await other.closed).code).toBe(1000);
  });
});

describe('a server that stops', () => {
  it('says so, sends away soon who can go on elsewhere, and hears the others out for 8 s', async () => {
    const clock = new ManualClock();
    const gateway = await start({ clock, faults: [{ neverFinishes: true }, { neverFinishes: true }] });
    const speaking = async (members: object) => {
      const client = await WireClient.open(gateway.port, '/v1/transcriptions');
      client.send({ ...begin, ...members });
      client.send(pcm16(rulerAudio(0, 1_000)));
      await client.next('partial');
      return client;
    };
    const [staying, moving] = [await speaking({}), await speaking({ resumable: true })];
    running.delete(gateway);
    const closing = gateway.close();
    await clock.untilWaiting((ms) => ms === 1_000);
    clock.advance(1_000);
    expect((await moving.closed).code).toBe(1001);
    expect(moving.messages.at(-1)).toMatchObject({ code: 'shutting_down' });
    const ready = await fetch(`http://127.0.0.1:${gateway.port}/readyz`);
    expect(ready.status).toBe(503);
    expect(await ready.json()).toMatchObject({ reason: expect.stringContaining('stopping') });
    await expect(WireClient.open(gateway.port, '/v1/transcriptions')).rejects.toThrow('503');
    expect(staying.socket.readyState).toBe(staying.socket.OPEN);
    await clock.untilWaiting((ms) => ms === 8_000);
    clock.advance(8_000);
    await staying.closed;
    await closing;
  });
});

describe('the engine behind a client', () => {
  it('is replaced when it is lost, and the client reads every word once', async () => {
    const gateway = await start({ faults: [{ loseAfter: 9_000 }] });
    const client = await WireClient.open(gateway.port, '/v1/transcriptions');
    client.send(begin);
    client.send(pcm16(rulerAudio(0, 20_000)));
    client.send({ action: 'stop' });
    expect((await client.closed).code).toBe(1000);
    expect(client.all('final')).toEqual(['0-7999', '8000-15999', '16000-19999']);
    expect(client.all('error')).toEqual([]);
  });

  it.each([
    ['engine_busy', 1013],
    ['engine_auth', 1011],
    ['engine_refused', 1011],
  ] as const)('tells a client of %s, and closes with %i', async (code, closeCode) => {
    const openError = new EngineError(code, 'A sentence for people.');
    const gateway = await start({ faults: [{ openError }, { openError }] });
    for (const path of ['/v1/transcriptions', '/ws']) {
      const client = await WireClient.open(gateway.port, path);
      if (path !== '/ws') client.send(begin);
      expect(await client.closed).toEqual({ code: closeCode, reason: 'A sentence for people.' });
      expect(client.messages.at(-1)).toMatchObject({ error: 'A sentence for people.', code });
    }
  });

  it('is not asked for a language that it does not know', async () => {
    const engine = new RulerEngine({ sampleRate: testRate });
    Object.assign(engine, { features: { languages: ['en'], caveat: undefined } });
    const gateway = await start({ engine, plainLanguage: 'en' });
    const client = await WireClient.open(gateway.port, '/v1/transcriptions');
    client.send({ ...begin, language: 'sv' });
    expect((await client.closed).code).toBe(1008);
    expect(client.messages).toEqual([
      { error: expect.stringContaining('knows en, not "sv"'), code: 'unsupported_language' },
    ]);
    expect(engine.connections).toEqual([]);
  });
});

describe('a server that stops', () => {
  it('finalises what was said, tells why, and closes with 1001', async () => {
    const gateway = await start();
    const client = await WireClient.open(gateway.port, '/v1/transcriptions');
    client.send(begin);
    client.send(pcm16(rulerAudio(0, 1_000)));
    await client.next('partial');
    await gateway.close();
    running.delete(gateway);
    expect((await client.closed).code).toBe(1001);
    expect(client.all('final')).toEqual(['0-999']);
    expect(client.messages).toContainEqual({ error: expect.stringContaining('stopping'), code: 'shutting_down' });
  });

  it('does not wait for ever for an engine that does not finish', async () => {
    const clock = new ManualClock();
    const gateway = await start({ clock, faults: [{ neverFinishes: true }] });
    const client = await WireClient.open(gateway.port, '/v1/transcriptions');
    client.send(begin);
    client.send(pcm16(rulerAudio(0, 1_000)));
    await client.next('partial');
    const closing = gateway.close();
    running.delete(gateway);
    await clock.untilWaiting((ms) => ms === 8_000);
    clock.advance(8_000);
    await closing;
    await client.closed;
  });
});

describe('a client that does not read', () => {
  it('slows its own session down, and gets every final once it reads', async () => {
    const gateway = await start({ engine: new RulerEngine({ sampleRate: testRate, utteranceMs: 5 }) });
    const client = await WireClient.open(gateway.port, '/ws');
    client.socket.pause();
    for (let at = 0; at < 64_000; at += 1_600) client.send(pcm16(rulerAudio(at, 1_600)));
    client.send({ type: 'stop' });
    await untilShown(gateway, 'front-text', { type: 'final' });
    client.socket.resume();
    expect((await client.closed).code).toBe(1000);
    const finals = client.messages.filter(({ type }) => type === 'final').map(({ text }) => text);
    expect(finals).toEqual(Array.from({ length: 800 }, (_, index) => `${index * 80}-${index * 80 + 79}`));
  }, 20_000);
});
