import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { RedisBus } from '@live-transcribe/bus-redis';
import { describeWith, RulerEngine, rulerAudio } from '@live-transcribe/testkit';
import { expect, it, onTestFinished } from 'vitest';
import { address, redisMissing, redisSpace } from '../../bus-redis/test/redis.ts';
import { Proxy } from '../../store-sql/test/proxy.ts';
import { idsOf, openSource, type Source } from './support/event-source.ts';
import { startTestGateway, type TestGateway, testRate } from './test-gateway.ts';
import { pcm16, WireClient } from './wire-client.ts';

const patience = { timeout: 20_000, interval: 10 };
const path = '/v1/transcriptions';
const format = { action: 'start', encoding: 'pcm16', sample_rate: testRate };

/** Two servers with one store, and one Redis by way of a proxy. */
async function pair(options: { readonly tickMs?: number } = {}) {
  const proxy = await Proxy.to(6379);
  const { prefix, clear } = redisSpace();
  const folder = mkdtempSync(join(tmpdir(), 'live-transcribe-pair-'));
  const start = () =>
    startTestGateway({
      engine: new RulerEngine({ sampleRate: testRate, utteranceMs: 500 }),
      environment: { DATA_DIR: folder },
      openBus: () => RedisBus.open({ url: proxy.by(address), prefix, warn: () => undefined }),
      tickMs: 20,
      ...options,
    });
  const gateways = [await start(), await start()] as const;
  onTestFinished(async () => {
    for (const gateway of gateways) await gateway.close();
    await proxy.shut();
    await clear();
    rmSync(folder, { recursive: true });
  });
  return { proxy, here: gateways[0], there: gateways[1] };
}

async function speaking({ port }: TestGateway, members: object = { resumable: true }) {
  const client = await WireClient.open(port, path);
  client.send({ ...format, ...members });
  const id = String((await client.next('session_id'))['session_id']);
  return { client, id };
}

async function watch({ port }: TestGateway, id: string): Promise<Source> {
  const source = await openSource(port, id);
  onTestFinished(() => source.close());
  return source;
}

const finals = ({ events }: Source) => events.flatMap(({ event, data }) => (event === 'final' ? [data['final']] : []));
const told = (client: WireClient) => client.all('final');
const silent = () => new Promise((resolve) => setImmediate(resolve));

describeWith([redisMissing], 'two servers with one Redis', { timeout: 60_000 }, () => {
  it('tell whoever watches at the one what is said at the other, partials too, to the end', async () => {
    const { here, there } = await pair();
    const { client, id } = await speaking(here);
    const source = await watch(there, id);
    client.send(pcm16(rulerAudio(0, 8_000)));
    await expect.poll(() => finals(source), patience).toEqual(['0-7999']);
    for (let at = 8_000; source.events.at(-1)?.event !== 'partial'; at += 100) {
      client.send(pcm16(rulerAudio(at, 100)));
      await silent();
    }
    client.send({ action: 'stop' });
    await source.ended;
    expect(source.events.at(-1)?.event).toBe('ended');
    expect(idsOf(source)).toEqual([1, 2, 3, 4]);
  });

  it('hand a session over: its old server forgets what will be heard again, and its watchers see no seam', async () => {
    const { here, there } = await pair();
    const { client, id } = await speaking(here);
    const sources = [await watch(here, id), await watch(there, id)];
    client.send(pcm16(rulerAudio(0, 10_000)));
    await client.next('covered', ({ covered }) => Number(covered) > 0.4);
    const back = await WireClient.open(there.port, path);
    back.send({ ...format, resume: { session_id: id, from: 0.48, after: 2 } });
    await back.next('session_id');
    expect((await client.closed).code).toBe(1008);
    expect(client.messages.at(-1)).toMatchObject({ code: 'session_moved' });
    back.send(pcm16(rulerAudio(7_680, 12_320)));
    back.send({ action: 'stop' });
    expect((await back.closed).code).toBe(1000);
    // No utterance was cut short for the sake of it.
    expect([...told(client), ...told(back)]).toEqual(['0-7999', '8000-15999', '16000-19999']);
    for (const source of sources) {
      await source.ended;
      expect(finals(source)).toEqual(['0-7999', '8000-15999', '16000-19999']);
      expect(source.events.filter(({ event }) => event === 'ended' || event === 'error').length).toBe(1);
    }
  });

  it.each([
    ['while its old connection stands', false],
    ['while nobody speaks', true],
  ])('finalise what a client that has kept too little does not bring again, %s', async (_, lost) => {
    const { here, there } = await pair();
    const { client, id } = await speaking(here);
    client.send(pcm16(rulerAudio(0, 10_000)));
    await client.next('covered', ({ covered }) => Number(covered) > 0.4);
    await client.next('partial', ({ partial }) => partial === '8000-9999');
    if (lost) {
      client.socket.terminate();
      await client.closed;
    }
    const back = await WireClient.open(there.port, path);
    back.send({ ...format, resume: { session_id: id, from: 0.625, after: 2 } });
    back.send(pcm16(rulerAudio(10_000, 2_000)));
    back.send({ action: 'stop' });
    expect((await back.closed).code).toBe(1000);
    expect(told(back)).toEqual(['8000-9999', '10000-11999']);
  });

  it('without Redis speak on, and their watchers read what is kept', async () => {
    const { here, there, proxy } = await pair();
    await proxy.shut();
    const { client, id } = await speaking(here);
    const [near, far] = [await watch(here, id), await watch(there, id)];
    client.send(pcm16(rulerAudio(0, 8_000)));
    await expect.poll(() => finals(near), patience).toEqual(['0-7999']);
    await expect.poll(() => finals(far), patience).toEqual(['0-7999']);
    client.send(pcm16(rulerAudio(8_000, 8_000)));
    await expect.poll(() => finals(near).length, patience).toBe(2);
    await proxy.open();
    client.send(pcm16(rulerAudio(16_000, 8_000)));
    await expect.poll(() => finals(far), patience).toEqual(['0-7999', '8000-15999', '16000-23999']);
    client.send({ action: 'stop' });
    for (const source of [near, far]) await source.ended;
    expect(idsOf(far)).toEqual([1, 2, 3, 4, 5]);
  });

  it('take a session over where nobody answers for it', async () => {
    const { here, there, proxy } = await pair();
    const { client, id } = await speaking(here);
    client.send(pcm16(rulerAudio(0, 8_000)));
    await client.next('covered', ({ covered }) => Number(covered) > 0.4);
    proxy.silence();
    const back = await WireClient.open(there.port, path);
    back.send({ ...format, resume: { session_id: id, from: 0.48, after: 2 } });
    back.send(pcm16(rulerAudio(7_680, 8_320)));
    back.send({ action: 'stop' });
    expect((await back.closed).code).toBe(1000);
    expect(told(back)).toEqual(['8000-15999']);
    client.send(pcm16(rulerAudio(8_000, 8_000)));
    expect((await client.closed).code).toBe(1008);
    expect(told(client)).toEqual(['0-7999']);
  });
});
