import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Gateway, readConfig, startGateway } from '@live-transcribe/server';
import { describeWith, RulerEngine, rulerAudio } from '@live-transcribe/testkit';
import { pino } from 'pino';
import { expect, it, onTestFinished } from 'vitest';
import { WebSocket } from 'ws';
import { fromIterable, LiveTranscription } from '../src/index.ts';

const configuration = fileURLToPath(new URL('../../../deploy/haproxy.cfg', import.meta.url));
const haproxy = ['/usr/sbin/haproxy', '/usr/local/sbin/haproxy'].find((path) => spawnSync(path, ['-v']).status === 0);
const missing = haproxy === undefined ? 'haproxy (apt-get install haproxy)' : undefined;

/** Hz. The ruler then lasts 4 s. */
const rate = 16_000;
const length = 64_000;
const patience = { timeout: 20_000, interval: 20 };

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

/** Three servers with one store, and what they have been asked for lately. */
async function cluster() {
  const folder = mkdtempSync(join(tmpdir(), 'live-transcribe-balanced-'));
  const read = readConfig({ PORT: '0', DATA_DIR: join(folder, 'data'), TRUST_PROXY: 'loopback' });
  if (!read.ok) throw new Error(read.faults.join('\n'));
  const { config } = read;
  const start = () =>
    startGateway({
      config,
      choice: {
        engine: new RulerEngine({ sampleRate: rate, utteranceMs: 100 }),
        reason: 'A test chose it.',
        models: { transcriptions: 'm', plain: 'm' },
        plainLanguage: 'sv',
      },
      log: pino({ level: 'silent' }),
      pageFolder: folder,
      version: '0.0.0',
      tickMs: 20,
    });
  const gateways = [await start(), await start(), await start()] as const;
  onTestFinished(async () => {
    for (const gateway of gateways) await gateway.close();
    rmSync(folder, { recursive: true });
  });
  return gateways;
}

const environmentOf = (port: number, gateways: readonly Gateway[]) => ({
  ...process.env,
  LISTEN: `127.0.0.1:${port}`,
  ...Object.fromEntries(gateways.map((gateway, index) => [`NODE${index + 1}`, `127.0.0.1:${gateway.port}`])),
});

/** HAProxy as `deploy/haproxy.cfg` has it, in front of the servers; resolves to its address when it answers. */
async function balance(gateways: readonly Gateway[]): Promise<string> {
  const port = await freePort();
  const balancer: ChildProcess = spawn(haproxy ?? '', ['-db', '-f', configuration], {
    env: environmentOf(port, gateways),
    stdio: 'ignore',
  });
  onTestFinished(async () => {
    if (balancer.exitCode !== null) return;
    balancer.kill('SIGKILL');
    await once(balancer, 'exit');
  });
  const address = `http://127.0.0.1:${port}`;
  await expect.poll(() => status(`${address}/readyz`), patience).toBe(200);
  return address;
}

const status = (url: string): Promise<number> =>
  fetch(url).then(
    (response) => response.status,
    () => 0,
  );

const metrics = async ({ port }: Gateway): Promise<string> => (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
const live = async (gateway: Gateway): Promise<number> =>
  Number(/^live_transcribe_sessions_live(?:\{[^}]*\})? (\d+)/m.exec(await metrics(gateway))?.[1] ?? 0);

describeWith([missing], 'behind the load balancer of deploy/', { timeout: 60_000 }, () => {
  it('its configuration has nothing that HAProxy finds wrong, or warns of', async () => {
    const gateways = await cluster();
    const env = environmentOf(1_234, gateways);
    const { status: code, stdout, stderr } = spawnSync(haproxy ?? '', ['-c', '-dW', '-f', configuration], { env });
    expect([
      code,
      `${stdout.toString()}${stderr.toString()}`.replace('Configuration file is valid', '').trim(),
    ]).toEqual([0, '']);
  });

  it('a session goes on when its server stops, and no sample is lost or said twice', async () => {
    const gateways = await cluster();
    const address = await balance(gateways);
    const transcription = new LiveTranscription({
      url: `${address}/v1/transcriptions`,
      openSocket: (url, protocols) => new WebSocket(url, protocols),
    });
    let stopped: Gateway | undefined;
    async function* speak() {
      for (let at = 0; at < length; at += 320) {
        yield new Uint8Array(rulerAudio(at, 320).buffer.slice(0) as ArrayBuffer);
        await new Promise((resolve) => setImmediate(resolve));
        if (at !== length / 2) continue;
        const counts = await Promise.all(gateways.map(live));
        expect(counts.filter((count) => count === 1)).toEqual([1]);
        stopped = gateways[counts.indexOf(1)];
        // Not waited for: it says goodbye while its client speaks on.
        void stopped?.close();
      }
    }
    await transcription.start(fromIterable(speak(), { encoding: 'pcm16', sampleRate: rate, live: true }));
    for await (const event of transcription) void event;
    expect(stopped).toBeDefined();
    const ends = transcription.segments
      .flatMap(({ text }) => text.split(' '))
      .map((stretch) => stretch.split('-').map(Number));
    for (const [index, [from]] of ends.entries()) expect(from).toBe((ends[index - 1]?.[1] ?? -1) + 1);
    expect(ends.at(-1)?.[1]).toBe(length - 1);
    await expect.poll(() => status(`${address}/readyz`), patience).toBe(200);
  });

  it('is asked for as long as anybody lives, and tells the servers who asks', async () => {
    const gateways = await cluster();
    const address = await balance(gateways);
    expect(await status(`${address}/metrics`)).toBe(404);
    const [first, second, third] = gateways;
    await first.close();
    for (let times = 0; times < 20; times += 1) expect(await status(`${address}/readyz`)).toBe(200);
    await second.close();
    await expect.poll(() => status(`${address}/readyz`), patience).toBe(200);
    await third.close();
    await expect.poll(() => status(`${address}/healthz`), patience).toBe(503);
  });
});
