import { existsSync } from 'node:fs';
import {
  correlation,
  describeWith,
  ffmpeg,
  speak,
  speechRate,
  speechToolsMissing,
  wavBytes,
} from '@live-transcribe/testkit';
import { type Browser, chromium } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { TapeEngine } from './tape-engine.ts';
import { startTestGateway } from './test-gateway.ts';
import { type Message, WireClient } from './wire-client.ts';

const executablePath = process.env['CHROMIUM'] ?? '/usr/bin/chromium';
const noBrowser = existsSync(executablePath) ? undefined : `${executablePath} (apt-get install chromium)`;

const rate = 48_000;
const kinds = [
  { mimeType: 'audio/webm;codecs=opus', audioBitsPerSecond: 128_000 },
  { mimeType: 'audio/webm;codecs=opus', audioBitsPerSecond: 24_000 },
  { mimeType: 'audio/webm;codecs=pcm', audioBitsPerSecond: 128_000 },
  { mimeType: 'audio/mp4;codecs=opus', audioBitsPerSecond: 64_000 },
] as const;
type Kind = (typeof kinds)[number];
const nameOf = ({ mimeType, audioBitsPerSecond }: Kind): string => `${mimeType} at ${audioBitsPerSecond / 1000} kbit/s`;

/** The chunks that this browser's MediaRecorder makes of a WAV file that it plays, every 250 ms. */
async function record(browser: Browser, address: string, wav: Uint8Array): Promise<Map<string, Uint8Array[]>> {
  const page = await browser.newPage();
  try {
    await page.goto(`${address}/static/index.html`);
    const recordings = await page.evaluate(
      async ({ base64, wanted }) => {
        const context = new AudioContext({ sampleRate: 48_000 });
        const bytes = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
        const source = context.createBufferSource();
        source.buffer = await context.decodeAudioData(bytes.buffer);
        const all = wanted.map((options) => {
          const destination = context.createMediaStreamDestination();
          source.connect(destination);
          const recorder = new MediaRecorder(destination.stream, options);
          const chunks: Blob[] = [];
          recorder.ondataavailable = ({ data }) => chunks.push(data);
          const stopped = new Promise((resolve) => recorder.addEventListener('stop', resolve));
          recorder.start(250);
          return { recorder, chunks, stopped };
        });
        const ended = new Promise((resolve) => source.addEventListener('ended', resolve));
        source.start();
        await ended;
        for (const { recorder } of all) recorder.stop();
        await Promise.all(all.map(({ stopped }) => stopped));
        const read = async (chunk: Blob) => Array.from(new Uint8Array(await chunk.arrayBuffer()));
        return Promise.all(all.map(({ chunks }) => Promise.all(chunks.map(read))));
      },
      { base64: Buffer.from(wav).toString('base64'), wanted: [...kinds] },
    );
    return new Map(
      kinds.map((kind, i) => [nameOf(kind), (recordings[i] ?? []).map((chunk) => Uint8Array.from(chunk))]),
    );
  } finally {
    await page.close();
  }
}

describeWith([noBrowser, speechToolsMissing()], "what Chromium's MediaRecorder sends", { timeout: 60_000 }, () => {
  let browser: Browser;
  let gateway: Awaited<ReturnType<typeof startTestGateway>>;
  let engine: TapeEngine;
  let recordings: Map<string, Uint8Array[]>;

  beforeAll(async () => {
    engine = new TapeEngine(rate);
    gateway = await startTestGateway({ engine });
    const args = ['--no-sandbox', '--autoplay-policy=no-user-gesture-required'];
    browser = await chromium.launch({ executablePath, args });
    const spoken = wavBytes(await speak('Every browser records in a way of its own.', { trailMs: 300 }), speechRate);
    recordings = await record(browser, `http://127.0.0.1:${gateway.port}`, spoken);
  }, 60_000);
  afterAll(async () => {
    await browser?.close();
    await gateway?.close();
  });

  const chunksOf = (kind: Kind): Uint8Array[] => recordings.get(nameOf(kind)) ?? [];

  async function through(messages: readonly Uint8Array[]) {
    const client = await WireClient.open(gateway.port, '/v1/transcriptions');
    client.send({ action: 'start' });
    for (const message of messages) client.send(message);
    client.send({ action: 'stop' });
    const { code } = await client.closed;
    const codes = client.messages.flatMap((message: Message) =>
      'error' in message || 'notice' in message ? [message['code']] : [],
    );
    return { samples: engine.heard(), code, codes };
  }

  /** The mono mix by libopus, or of the samples as they are. */
  function reference(kind: Kind): Int16Array {
    const decoder = kind.mimeType.includes('opus') ? ['-c:a', 'libopus'] : [];
    const file = Buffer.concat(chunksOf(kind));
    const mono = ffmpeg([...decoder, '-i', 'pipe:0', '-af', 'pan=mono|c0=c0', '-f', 's16le', 'pipe:1'], file);
    return new Int16Array(new Uint8Array(mono).buffer);
  }

  it.each(kinds.map((kind) => [nameOf(kind), kind] as const))('%s', async (_name, kind) => {
    const { samples, code, codes } = await through(chunksOf(kind));
    const expected = reference(kind);
    expect(codes).toEqual([]);
    expect(code).toBe(1000);
    expect(expected.length).toBeGreaterThan(2 * rate);
    expect(Math.abs(samples.length - expected.length)).toBeLessThanOrEqual(0.02 * rate);
    expect(correlation(samples, expected)).toBeGreaterThan(0.99);
  });

  it.each(kinds.map((kind) => [nameOf(kind), kind] as const))(
    '%s, restarted on the same socket',
    async (_name, kind) => {
      const once = await through(chunksOf(kind));
      const twice = await through([...chunksOf(kind), ...chunksOf(kind)]);
      expect(twice.codes).toEqual(['restarted']);
      expect(Math.abs(twice.samples.length - 2 * once.samples.length)).toBeLessThanOrEqual(0.02 * rate);
      const again = twice.samples.subarray(once.samples.length);
      expect(correlation(again, once.samples)).toBeGreaterThan(0.99);
    },
  );

  it('WebM/Opus whose first second went to another socket is decoded from there on', async () => {
    const [kind] = kinds;
    const whole = await through(chunksOf(kind));
    const rest = await through(chunksOf(kind).slice(4));
    expect(rest.codes).toEqual(['joined_midway']);
    expect(rest.samples.length).toBeGreaterThan(whole.samples.length - 1.5 * rate);
    // The decoder needs some packets to find into the stream.
    const settled = rest.samples.subarray(rate / 4);
    const tail = whole.samples.subarray(whole.samples.length - settled.length);
    expect(correlation(settled, tail)).toBeGreaterThan(0.99);
  });
});
