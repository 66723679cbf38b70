import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { rulerAudio } from '@live-transcribe/testkit';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { flacSamples } from './support/flac-samples.ts';
import { startTestGateway, testRate } from './test-gateway.ts';
import { pcm16, WireClient } from './wire-client.ts';

let folder = '';
const running = new Set<{ stop(): Promise<void>; close(): Promise<void> }>();
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'live-transcribe-audio-'));
});
afterEach(async () => {
  for (const gateway of running) await gateway.close();
  running.clear();
  rmSync(folder, { recursive: true, force: true });
});

async function start(keep: string) {
  const gateway = await startTestGateway({ tickMs: 5, environment: { DATA_DIR: folder, KEEP_AUDIO: keep } });
  running.add(gateway);
  const ask = (path: string, init: RequestInit = {}) =>
    fetch(`http://127.0.0.1:${gateway.port}/v1/sessions/${path}`, init);
  return {
    ...gateway,
    ask,
    audio: async (id: string): Promise<Int16Array> => {
      const response = await ask(`${id}/audio`);
      expect(response.status).toBe(200);
      return flacSamples(new Uint8Array(await response.arrayBuffer()), testRate);
    },
    detail: async (id: string): Promise<{ audio: unknown; duration: number }> => (await ask(id)).json(),
    stop: async () => {
      running.delete(gateway);
      await gateway.stop();
    },
  };
}

type Server = Awaited<ReturnType<typeof start>>;

async function begin({ port }: Server, more: object = {}): Promise<WireClient & { id: string }> {
  const client = await WireClient.open(port, '/v1/transcriptions');
  client.send({ action: 'start', encoding: 'pcm16', sample_rate: testRate, resumable: true, ...more });
  const { session_id } = await client.next('session_id');
  return Object.assign(client, { id: String(session_id) });
}

/** Says so many samples of the ruler, to the end. */
async function say(server: Server, samples: number, more: object = {}): Promise<string> {
  const client = await begin(server, more);
  client.send(pcm16(rulerAudio(0, samples)));
  client.send({ action: 'stop' });
  expect((await client.closed).code).toBe(1000);
  return client.id;
}

const files = () => (existsSync(join(folder, 'audio')) ? readdirSync(join(folder, 'audio')) : []);

describe('kept audio', () => {
  it('is what was said, sample by sample, and is deleted with its session', async () => {
    const server = await start('on');
    const id = await say(server, 30_001);
    expect(await server.audio(id)).toEqual(rulerAudio(0, 30_001));
    const { audio, duration } = await server.detail(id);
    const bytes = Number((await server.ask(`${id}/audio`)).headers.get('content-length'));
    expect(audio).toEqual({ type: 'audio/flac', bytes, duration, complete: true });
    expect(files()).toEqual([`${id}.flac`]);
    expect((await server.ask(id, { method: 'DELETE' })).status).toBe(204);
    expect(files()).toEqual([]);
    expect((await server.ask(`${id}/audio`)).status).toBe(404);
  });

  it('is given in ranges, as players ask for it', async () => {
    const server = await start('on');
    const id = await say(server, 40_000);
    const whole = new Uint8Array(await (await server.ask(`${id}/audio`)).arrayBuffer());
    const range = async (header: string, more: Record<string, string> = {}) => {
      const response = await server.ask(`${id}/audio`, { headers: { range: header, ...more } });
      return { response, body: new Uint8Array(await response.arrayBuffer()) };
    };
    for (const [asked, first, last] of [
      ['bytes=0-', 0, whole.length - 1],
      ['bytes=0-9', 0, 9],
      ['bytes=20-70', 20, 70],
      ['bytes=57-57', 57, 57],
      ['bytes=58-', 58, whole.length - 1],
      ['bytes=1000-999999999', 1_000, whole.length - 1],
      ['bytes=-100', whole.length - 100, whole.length - 1],
    ] as const) {
      const { response, body } = await range(asked);
      expect([response.status, response.headers.get('content-range')]).toEqual([
        206,
        `bytes ${first}-${last}/${whole.length}`,
      ]);
      expect(body).toEqual(whole.subarray(first, last + 1));
    }
    for (const asked of ['bytes=5-4', 'bytes=a-b', 'bytes=0-1,5-6', 'items=0-5', 'bytes=-']) {
      expect((await range(asked)).response.status, asked).toBe(200);
    }
    const beyond = await range(`bytes=${whole.length}-`);
    expect([beyond.response.status, beyond.response.headers.get('content-range')]).toEqual([
      416,
      `bytes */${whole.length}`,
    ]);
    const tag = beyond.response.headers.get('etag') ?? '';
    expect((await range('bytes=0-9', { 'if-range': tag })).response.status).toBe(206);
    expect((await range('bytes=0-9', { 'if-range': '"another"' })).response.status).toBe(200);
    const head = await server.ask(`${id}/audio`, { method: 'HEAD' });
    expect([head.status, head.headers.get('content-length')]).toEqual([200, String(whole.length)]);
  });

  it('can be heard while it is being said', async () => {
    const server = await start('on');
    const client = await begin(server);
    client.send(pcm16(rulerAudio(0, 40_000)));
    await expect.poll(async () => (await server.ask(`${client.id}/audio`)).status).toBe(200);
    const heard = await server.audio(client.id);
    expect(heard).toEqual(rulerAudio(0, heard.length));
    expect(await server.detail(client.id)).toMatchObject({ live: true, audio: { complete: true } });
    client.send({ action: 'stop' });
    await client.closed;
    expect(await server.audio(client.id)).toEqual(rulerAudio(0, 40_000));
  });

  it('goes on where the client comes back, at this server and at the next one', async () => {
    const first = await start('on');
    const client = await begin(first);
    client.send(pcm16(rulerAudio(0, 20_000)));
    await client.next('covered', ({ covered }) => Number(covered) >= 1);
    client.socket.terminate();
    const again = await WireClient.open(first.port, '/v1/transcriptions');
    const resume = { session_id: client.id, from: 1, after: 3 };
    again.send({ action: 'start', encoding: 'pcm16', sample_rate: testRate, resume });
    await again.next('session_id');
    again.send(pcm16(rulerAudio(16_000, 14_000)));
    await again.next('covered', ({ covered }) => Number(covered) >= 1.4);
    await first.stop();
    const second = await start('on');
    const last = await WireClient.open(second.port, '/v1/transcriptions');
    const from = Math.max(...again.all('covered').map(Number));
    const after = Math.max(...again.all('seq').map(Number));
    last.send({
      action: 'start',
      encoding: 'pcm16',
      sample_rate: testRate,
      resume: { session_id: client.id, from, after },
    });
    await last.next('session_id');
    last.send(pcm16(rulerAudio(from * testRate, 50_000 - from * testRate)));
    last.send({ action: 'stop' });
    expect((await last.closed).code).toBe(1000);
    expect(await second.audio(client.id)).toEqual(rulerAudio(0, 50_000));
    expect(await second.detail(client.id)).toMatchObject({ audio: { complete: true } });
  });

  it('is of those only who want it, where the server asks', async () => {
    const off = await start('off');
    const refused = await say(off, 8_000, { keep_audio: true });
    expect(await off.detail(refused)).toMatchObject({ audio: null });
    expect((await off.ask(`${refused}/audio`)).status).toBe(404);
    await off.stop();
    const asked = await start('asked');
    const [silent, wanted] = [await say(asked, 8_000), await say(asked, 8_000, { keep_audio: true })];
    expect(await asked.detail(silent)).toMatchObject({ audio: null });
    expect(await asked.audio(wanted)).toEqual(rulerAudio(0, 8_000));
    await asked.stop();
    const on = await start('on');
    await say(on, 8_000, { keep_audio: false });
    const plain = await WireClient.open(on.port, '/ws?keep_audio=false');
    plain.send(pcm16(rulerAudio(0, 8_000)));
    plain.send({ type: 'stop' });
    await plain.closed;
    expect(files()).toEqual([`${wanted}.flac`]);
  });

  it('leaves nothing of a session in which nothing was said', async () => {
    const server = await start('on');
    const id = await say(server, 0);
    expect(await server.detail(id)).toMatchObject({ audio: null });
    expect(files()).toEqual([]);
  });

  it('is missed by nobody where the disk does not take it', async () => {
    // In the place of the folder for audio.
    writeFileSync(join(folder, 'audio'), '');
    const server = await start('on');
    const client = await begin(server);
    client.send(pcm16(rulerAudio(0, 40_000)));
    client.send({ action: 'stop' });
    expect((await client.closed).code).toBe(1000);
    expect(client.all('final')).toHaveLength(5);
    expect(await server.detail(client.id)).toMatchObject({ audio: null, duration: 2.5 });
  });
});
