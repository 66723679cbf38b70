import { readFileSync } from 'node:fs';
import { EngineError, type SessionStore } from '@live-transcribe/core';
import { startSimulator } from '@live-transcribe/realtime-simulator';
import { openSqliteStore } from '@live-transcribe/store-sql';
import { RulerEngine, rulerAudio, wavBytes } from '@live-transcribe/testkit';
import { pino } from 'pino';
import { afterEach, describe, expect, it } from 'vitest';
import { chooseEngine, readConfig } from '../src/index.ts';
import { speechLike } from './speech-like.ts';
import { openSource } from './support/event-source.ts';
import { scrape } from './support/scrape.ts';
import { type Mood, SlowStore } from './support/slow-store.ts';
import { startTestGateway, type TestGatewayOptions, testRate } from './test-gateway.ts';
import { pcm16, WireClient } from './wire-client.ts';

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

async function start(options: TestGatewayOptions = {}) {
  const gateway = await startTestGateway(options);
  closing.push(() => gateway.close());
  return gateway;
}

const begin = { action: 'start', encoding: 'pcm16', sample_rate: testRate };

/** Says `samples` of ruler audio to its end; answers the client. */
async function say(port: number, samples: number, members: object = {}): Promise<WireClient> {
  const client = await WireClient.open(port, '/v1/transcriptions');
  client.send({ ...begin, ...members });
  for (let at = 0; at < samples; at += 1_600) client.send(pcm16(rulerAudio(at, Math.min(1_600, samples - at))));
  client.send({ action: 'stop' });
  await client.closed;
  return client;
}

describe('/metrics', () => {
  it('counts a session, its audio and its words, while it lives and when it is over', async () => {
    const gateway = await start();
    const client = await WireClient.open(gateway.port, '/v1/transcriptions');
    client.send(begin);
    client.send(pcm16(rulerAudio(0, 12_000)));
    await client.next('final');
    await client.next('partial', ({ segment }) => segment === 1);
    const live = await scrape(gateway);
    expect(live.all('sessions_live')).toEqual({ 'protocol="/v1/transcriptions"': 1 });
    expect(live.value('connections{protocol="/v1/transcriptions"}')).toBe(1);
    expect(live.value('audio_received_seconds_total{format="pcm16"}')).toBe(0.75);
    expect(live.value('audio_sent_seconds_total')).toBe(0.75);
    expect(live.value('engine_connections')).toBe(1);
    // The second utterance is not settled yet.
    expect(live.value('replay_kept_seconds')).toBe(0.25);
    expect(live.value('finals_total')).toBe(1);

    client.send({ action: 'stop' });
    await client.closed;
    const over = await scrape(gateway);
    expect(over.all('sessions_live')).toEqual({});
    expect(over.all('sessions_started_total')).toEqual({ 'protocol="/v1/transcriptions"': 1 });
    expect(over.all('sessions_ended_total')).toEqual({ 'reason="stopped"': 1 });
    expect(over.value('audio_received_seconds_total{format="pcm16"}')).toBe(0.75);
    expect(over.value('engine_connections')).toBe(0);
    expect(over.value('finals_total')).toBe(2);
    expect(over.value('final_latency_seconds_count')).toBe(2);
    expect(over.value('first_partial_latency_seconds_count')).toBeGreaterThanOrEqual(1);
    expect(over.value('chunk_latency_seconds_count')).toBeGreaterThanOrEqual(1);
    expect(over.value('store_operation_duration_seconds_count{operation="append"}')).toBeGreaterThanOrEqual(1);
    expect(over.value('outbox_events')).toBe(0);
    await expect
      .poll(async () => (await scrape(gateway)).all('connections'))
      .toEqual({
        'protocol="/v1/transcriptions"': 0,
        'protocol="/ws"': 0,
      });
  });

  it('tells apart how sessions end', async () => {
    const gateway = await start();
    const left = await WireClient.open(gateway.port, '/ws');
    left.send(pcm16(rulerAudio(0, 1_000)));
    await left.next('type');
    left.socket.close(1000);
    const silent = await WireClient.open(gateway.port, '/v1/transcriptions');
    silent.send('hello');
    await silent.closed;
    await expect.poll(async () => (await scrape(gateway)).all('sessions_ended_total')).toEqual({ 'reason="left"': 1 });
    const refused = (await scrape(gateway)).all('connections_refused_total');
    expect(refused).toEqual({ 'code="bad_message"': 1 });
  });

  it('counts what engines do wrong: lost, not to be had, utterances without a text', async () => {
    const busy = new EngineError('engine_busy', 'There is no room.', { retryAfterMs: 1 });
    const faults = [{ loseAfter: 5_000 }, { openError: busy }, { rotateAfter: 2_000 }, { fails: [0] }];
    const engine = new RulerEngine({ sampleRate: testRate, faults });
    // Without another way to an utterance a failure stays one.
    Object.assign(engine, { transcribe: undefined });
    const gateway = await start({ engine });
    await say(gateway.port, 24_000);
    const metrics = await scrape(gateway);
    expect(metrics.all('engine_errors_total')).toEqual({
      'code="engine_lost"': 1,
      'code="engine_busy"': 1,
      'code="utterance_failed"': 1,
    });
    expect(metrics.all('engine_reconnects_total')).toEqual({ 'planned="false"': 1, 'planned="true"': 1 });
    expect(metrics.all('failed_segments_total')).toEqual({ 'code="utterance_failed"': 1 });
    expect(metrics.value('engine_open_duration_seconds_count')).toBe(3);
    expect(metrics.value('engine_connections')).toBe(0);
    expect(metrics.value('audio_sent_seconds_total')).toBeGreaterThan(1.5);
  });

  it('counts audio by its format, and what cannot be decoded', async () => {
    const gateway = await start();
    const client = await WireClient.open(gateway.port, '/v1/transcriptions');
    client.send({ action: 'start' });
    client.send(Buffer.concat([Buffer.from('OggS\0\x02'), Buffer.alloc(200_000, 7)]));
    client.send({ action: 'stop' });
    await client.closed;
    const metrics = await scrape(gateway);
    const errors = Object.keys(metrics.all('decoder_errors_total'));
    const notices = Object.keys(metrics.all('audio_notices_total'));
    expect([...errors, ...notices]).toContainEqual(expect.stringContaining('format="ogg"'));
  });

  it('counts what waits for a store that is away, and what the store did not do', async () => {
    const mood: Mood = { refuses: 'store_unavailable' };
    const inner = await openSqliteStore({ file: ':memory:' });
    const gateway = await start({ openStore: async (): Promise<SessionStore> => new SlowStore(inner, mood) });
    await say(gateway.port, 8_000);
    const away = await scrape(gateway);
    expect(away.value('outbox_events')).toBeGreaterThanOrEqual(3);
    expect(away.value('store_errors_total{operation="create",code="store_unavailable"}')).toBeGreaterThanOrEqual(1);
    mood.refuses = undefined;
    await expect.poll(async () => (await scrape(gateway)).value('outbox_events'), { timeout: 20_000 }).toBe(0);
  });

  it('counts a file as a session: as many begin as end', async () => {
    const gateway = await start();
    const form = new FormData();
    form.set('file', new Blob([Uint8Array.from(wavBytes(rulerAudio(0, 16_000), testRate))]), 'ruler.wav');
    form.set('model', 'gateway-model');
    const answer = await fetch(`http://127.0.0.1:${gateway.port}/v1/audio/transcriptions`, {
      method: 'POST',
      body: form,
    });
    await answer.text();
    expect(answer.status).toBe(200);
    const metrics = await scrape(gateway);
    expect(metrics.all('sessions_started_total')).toEqual({ 'protocol="/v1/audio/transcriptions"': 1 });
    expect(metrics.all('sessions_ended_total')).toEqual({ 'reason="stopped"': 1 });
    expect(metrics.value('audio_received_seconds_total{format="wav"}')).toBe(1);
  });

  it('counts answers by route, never by address, and the watchers that are there', async () => {
    const gateway = await start();
    const client = await WireClient.open(gateway.port, '/v1/transcriptions');
    client.send(begin);
    const { session_id: id } = await client.next('session_id');
    client.send(pcm16(rulerAudio(0, 8_000)));
    await client.next('final');
    const source = await openSource(gateway.port, String(id));
    for (const path of ['/nothing/here', '/v1/sessions/x', '/v1/sessions/y'])
      await fetch(`http://127.0.0.1:${gateway.port}${path}`);
    const metrics = await scrape(gateway);
    expect(metrics.value('watchers')).toBe(1);
    expect(metrics.value('http_requests_total{method="GET",route="none",status="404"}')).toBe(1);
    expect(metrics.value('http_requests_total{method="GET",route="/v1/sessions/:id",status="404"}')).toBe(2);
    source.close();
    await expect.poll(async () => (await scrape(gateway)).value('watchers')).toBe(0);
    client.socket.terminate();
  });

  it('tells nothing that the documentation does not explain', async () => {
    const { descriptions } = await scrape(await start());
    const ours = descriptions.filter(({ name }) => !/^(?:process|nodejs)_/.test(name));
    const table = readFileSync(new URL('../../../docs/operations.md', import.meta.url), 'utf8');
    const missing = ours.filter(({ name, type, help }) => !table.includes(`| \`${name}\` | ${type} | ${help} |`));
    expect(ours.length).toBeGreaterThan(30);
    expect(missing).toEqual([]);
    const named = Array.from(table.matchAll(/^\| `(live_transcribe_\w+)` \|/gm), ([, name]) => name);
    expect(named.toSorted()).toEqual(ours.map(({ name }) => name).toSorted());
  });

  it('has the process beside it, by the names that everybody uses', async () => {
    const { samples } = await scrape(await start());
    for (const name of [
      'process_cpu_seconds_total',
      'process_resident_memory_bytes',
      'nodejs_eventloop_lag_p99_seconds',
    ])
      expect(samples.get(name), name).toBeGreaterThan(0);
  });

  it('adds up what the engine puts on the bill', { timeout: 20_000 }, async () => {
    const simulator = await startSimulator({ script: () => ({ transcript: 'Good morning.' }) });
    closing.push(() => simulator.close());
    const read = readConfig({
      OPENAI_API_KEY: 'sk-test',
      OPENAI_BASE_URL: simulator.baseUrl,
      OPENAI_PRICES: 'whisper-1=0.6/min',
    });
    if (!read.ok) throw new Error(read.faults.join('\n'));
    const { engine } = chooseEngine(read.config, pino({ level: 'silent' }));
    const gateway = await start({ engine });
    const client = await WireClient.open(gateway.port, '/v1/transcriptions');
    client.send({ action: 'start', encoding: 'pcm16', sample_rate: 24_000, model: 'whisper-1' });
    const voice = speechLike(1_500, 24_000);
    for (let at = 0; at < voice.length; at += 2_400) client.send(pcm16(voice.subarray(at, at + 2_400)));
    client.send({ action: 'stop' });
    const { usage } = await client.next('ended');
    await client.closed;
    const metrics = await scrape(gateway);
    expect(usage).toEqual({
      audio_seconds: metrics.value('usage_audio_seconds_total{model="whisper-1"}'),
      cost: metrics.value('estimated_cost_total{model="whisper-1"}'),
    });
    expect(metrics.value('estimated_cost_total{model="whisper-1"}')).toBeGreaterThan(0);
  });
});
