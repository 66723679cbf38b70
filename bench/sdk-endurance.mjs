/**
 * Ten minutes of a microphone through the SDK in Chromium to the gateway, with what a day brings: the line is cut every
 * 20 s, the gateway is started again every 3 minutes (same store), and the page is slowed down sixfold every other minute.
 * In PCM every sample is compared, by the checksums that come back in the finals; in Opus packets are counted, and
 * samples after decoding.
 *
 * Run it after `npm run build`; it needs Chromium (CHROMIUM, /usr/bin/chromium by default):
 *   node bench/sdk-endurance.mjs [--seconds 600] [--encoding pcm16|opus] [--cut 20] [--restart 180] [--json]
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { readConfig, startGateway } from '@live-transcribe/server';
import { pino } from 'pino';
import { chromium } from 'playwright-core';
import { build } from 'vite';
import { breakingLine } from './lib/breaking-line.mjs';
import { checksum, hashEngine, rate } from './lib/hash-engine.mjs';

const { values: options } = parseArgs({
  options: {
    seconds: { type: 'string', default: '600' },
    encoding: { type: 'string', default: 'pcm16' },
    cut: { type: 'string', default: '20' },
    restart: { type: 'string', default: '180' },
    json: { type: 'boolean', default: false },
  },
});
const seconds = Number(options.seconds);
const packetSamples = rate / 50;
const folder = mkdtempSync(join(tmpdir(), 'live-transcribe-endurance-'));
const log = pino({ level: 'silent' });
let port = 0;
let gateway = await start();

async function start() {
  const read = readConfig({
    HOST: '127.0.0.1',
    PORT: String(port),
    DATA_DIR: join(folder, 'data'),
    ALLOWED_ORIGINS: 'http://localhost:*',
  });
  if (!read.ok) throw new Error(read.faults.join('\n'));
  const models = { transcriptions: 'hash', plain: 'hash' };
  const choice = { engine: hashEngine(), reason: 'A benchmark chose it.', models, plainLanguage: 'en' };
  const started = await startGateway({ config: read.config, choice, log, pageFolder: folder, version: '0.0.0' });
  port = started.port;
  return started;
}

const { output } = await build({
  root: fileURLToPath(new URL('../packages/client', import.meta.url)),
  logLevel: 'error',
  build: { write: false },
});
const sdk = output[0].code;
const page = '<!doctype html><script type="module">globalThis.sdk = await import("/sdk.js")</script>';
const http = createServer(({ url }, response) => {
  response.setHeader('content-type', url === '/sdk.js' ? 'text/javascript' : 'text/html');
  response.end(url === '/sdk.js' ? sdk : page);
}).listen(0, '127.0.0.1');
const line = await breakingLine(() => port);

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: ['--no-sandbox', '--use-fake-ui-for-media-stream', '--use-fake-device-for-media-stream'],
});
const tab = await browser.newPage();
await tab.goto(`http://localhost:${http.address().port}/`);
await tab.waitForFunction(() => globalThis.sdk !== undefined);
const devtools = await tab.context().newCDPSession(tab);

/** In the page: speaks, and remembers all that the microphone gave. */
await tab.evaluate(
  async ({ url, encoding }) => {
    const source = await globalThis.sdk.microphone({ encoding });
    const given = [];
    const { chunks } = source;
    Object.defineProperty(source, 'chunks', {
      value: (async function* () {
        for await (const chunk of chunks) {
          given.push(chunk.bytes);
          yield chunk;
        }
      })(),
    });
    const live = new globalThis.sdk.LiveTranscription({ url });
    const errors = [];
    live.addEventListener('error', ({ code, message }) => errors.push(`${code}: ${message}`));
    Object.assign(globalThis, { live, given, errors });
    await live.start(source);
  },
  { url: `http://127.0.0.1:${line.port}/v1/transcriptions`, encoding: options.encoding },
);

let cuts = 0;
let restarts = 0;
for (let second = 1; second <= seconds; second++) {
  await new Promise((resolve) => setTimeout(resolve, 1000));
  if (second % Number(options.cut) === 0) {
    line.cut();
    cuts += 1;
  }
  if (second % Number(options.restart) === 0) {
    await gateway.close();
    gateway = await start();
    restarts += 1;
  }
  if (second % 60 === 0) await devtools.send('Emulation.setCPUThrottlingRate', { rate: second % 120 === 0 ? 1 : 6 });
}
await devtools.send('Emulation.setCPUThrottlingRate', { rate: 1 });
const stopping = performance.now();
await tab.evaluate(() => globalThis.live.stop());
const stopMs = Math.round(performance.now() - stopping);
const outcome = await tab.evaluate(async () => {
  const { live, given, errors } = globalThis;
  const bytes = await new Blob(given).arrayBuffer();
  let text = '';
  for (const byte of new Uint8Array(bytes)) text += String.fromCharCode(byte);
  return { finals: live.segments.map((segment) => segment.text), packets: given.length, errors, audio: btoa(text) };
});

const bytes = Buffer.from(outcome.audio, 'base64');
const samples = new Int16Array(new Uint8Array(bytes).buffer.slice(0, bytes.length - (bytes.length % 2)));
let heard = 0;
let wrong = 0;
for (const final of outcome.finals) {
  const [count, hash] = final.split(':').map(Number);
  if (options.encoding === 'pcm16' && checksum(samples.subarray(heard, heard + count)) !== hash) wrong += 1;
  heard += count;
}
const spoken = options.encoding === 'pcm16' ? samples.length : outcome.packets * packetSamples;
const result = {
  encoding: options.encoding,
  seconds: Math.round((spoken / rate) * 100) / 100,
  cuts,
  restarts,
  spoken,
  heard,
  missing: spoken - heard,
  finals: outcome.finals.length,
  ...(options.encoding === 'pcm16' && { wrong }),
  errors: outcome.errors,
  stopMs,
};
if (options.json) process.stdout.write(`${JSON.stringify(result)}\n`);
else console.table([{ ...result, errors: result.errors.join('; ') }]);

await browser.close();
await line.close();
await gateway.close();
http.close();
http.closeAllConnections();
rmSync(folder, { recursive: true });
process.exitCode = result.missing === 0 && wrong === 0 && result.errors.length === 0 ? 0 : 1;
