import { joinSamples, Resampler } from '@live-transcribe/audio';
import { correlation, seeded } from '@live-transcribe/testkit';
import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import type { WebSocket } from 'ws';
import { BrowserStage, describeInChromium, unprocessed } from './support/browser-stage.ts';
import { WireServer } from './support/wire-server.ts';
import type { WireSession } from './support/wire-session.ts';

const rate = 24_000;
const spoken = 14;
/** Samples that a browser processes at a time, by the Web Audio specification. */
const renderQuantum = 128;

/** Noise that is nowhere like itself, so that a piece of it tells its place; below 4 kHz, so that half a sample hardly matters. */
function ruler(seconds: number): Int16Array {
  const random = seeded(1);
  let slow = 0;
  let slower = 0;
  return Int16Array.from({ length: seconds * 48_000 }, () => {
    slow += 0.25 * (2 * random() - 1 - slow);
    slower += 0.25 * (slow - slower);
    return Math.round(slower * 24_000);
  });
}

/** Where in `whole` the piece is most alike, of the places from `from` to `to`. */
function locate(piece: Int16Array, whole: Int16Array, from: number, to: number): { at: number; alike: number } {
  let best = { at: -1, alike: -1 };
  for (let at = Math.max(0, from); at <= to && at + piece.length <= whole.length; at++) {
    const alike = correlation(piece, whole.subarray(at, at + piece.length));
    if (alike > best.alike) best = { at, alike };
  }
  return best;
}

/** How much later each tenth of a second stands in the file than in what was heard, in samples. */
function lags(heard: Int16Array, file: Int16Array): Set<number> {
  const window = rate / 10;
  const found = new Set<number>();
  let lag = locate(heard.subarray(window, 2 * window), file, 0, rate).at - window;
  for (let at = window; at + window <= heard.length; at += window) {
    const { at: place, alike } = locate(heard.subarray(at, at + window), file, at + lag - 1_000, at + lag + 1_000);
    expect(alike, `at ${at} of ${heard.length}`).toBeGreaterThan(0.95);
    lag = place - at;
    found.add(lag);
  }
  return found;
}

function busyFor(ms: number): void {
  const end = performance.now() + ms;
  while (performance.now() < end);
}

/** In the page: remembers every packet that the encoder made, and how many samples went into it. */
function watchEncoder(): void {
  const made: string[] = [];
  let samples = 0;
  Object.assign(globalThis, { encoder: { made, samples: () => samples } });
  const Original = globalThis.AudioEncoder;
  globalThis.AudioEncoder = class extends Original {
    constructor({ output, error }: AudioEncoderInit) {
      super({
        error,
        output: (chunk, metadata) => {
          const packet = new Uint8Array(chunk.byteLength);
          chunk.copyTo(packet);
          made.push(packet.join());
          output(chunk, metadata);
        },
      });
    }
    override encode(data: AudioData): void {
      samples += data.numberOfFrames;
      super.encode(data);
    }
  };
}

/** In the page: speaks until `stop()` is called there. */
async function speak({ url, options }: { url: string; options: string }): Promise<string> {
  const source = await sdk.microphone(JSON.parse(options));
  const live = new sdk.LiveTranscription({ url });
  const levels: number[] = [];
  const states: string[] = [];
  live.addEventListener('level', ({ peak }) => levels.push(peak));
  live.addEventListener('state', (state) => states.push(state));
  Object.assign(globalThis, { live, source, levels, states });
  await live.start(source);
  return source.encoding;
}

describeInChromium('the microphone', () => {
  const file = ruler(spoken);
  const resampler = new Resampler(48_000, rate);
  const at24 = joinSamples([resampler.push(file), resampler.flush()]);
  let stage: BrowserStage;
  let server: WireServer;
  let page: Page;
  beforeAll(async () => {
    stage = await BrowserStage.set({ heard: file });
  });
  afterAll(() => stage.strike());
  beforeEach(async () => {
    server = await new WireServer().listen();
  });
  afterEach(async () => {
    // With the microphone: the next test shall hear it from its beginning.
    await page.close();
    await server.stop();
  });

  /** Pulls the cable every so many seconds of audio, and lets the server be away now and then. */
  function disturb(everySeconds: number): () => number {
    let cuts = 0;
    let next = everySeconds;
    server.behaviour = {
      heard: (session: WireSession, socket: WebSocket) => {
        if (session.received < next) return;
        next = session.received + everySeconds;
        cuts += 1;
        if (cuts % 3 === 0) void server.stop().then(() => server.restart());
        else socket.terminate();
      },
    };
    return () => cuts;
  }

  async function untilHeard(seconds: number): Promise<void> {
    await expect.poll(() => server.session.received, { timeout: 40_000 }).toBeGreaterThan(seconds);
  }

  const stop = () => page.evaluate(() => live.stop());

  // A browser that is starved of processor time loses sound before any page has it; a loss of ours comes again.
  it('in PCM: no sample is missing, doubled or moved, while sockets are killed and the page is busy', {
    retry: 2,
  }, async () => {
    page = await stage.open();
    const cuts = disturb(1.3);
    const encoding = await page.evaluate(speak, {
      url: server.url,
      options: JSON.stringify({ ...unprocessed, encoding: 'pcm16' }),
    });
    expect(encoding).toBe('pcm16');
    await untilHeard(2);
    await page.evaluate(busyFor, 1_500);
    const devtools = await page.context().newCDPSession(page);
    await devtools.send('Emulation.setCPUThrottlingRate', { rate: 6 });
    await untilHeard(9);
    await devtools.send('Emulation.setCPUThrottlingRate', { rate: 1 });
    await stop();
    const { session } = server;
    expect(cuts()).toBeGreaterThanOrEqual(5);
    expect(session.holes).toEqual([]);
    const heard = Int16Array.from(session.audio, (sample) => sample.readInt16LE());
    expect([...lags(heard, at24)]).toHaveLength(1);
    // The browser gave whole quanta; had a part of the last one been left behind, it would show.
    const quantum = (renderQuantum * rate) / (await page.evaluate(() => new AudioContext().sampleRate));
    expect(Math.abs(heard.length - Math.round(heard.length / quantum) * quantum)).toBeLessThan(1);
    expect(await page.evaluate(() => live.segments.every(({ state }) => state === 'final'))).toBe(true);
    expect(await page.evaluate(() => live.segments.at(-1)?.text)).toMatch(new RegExp(`-${heard.length}$`));
    expect(await page.evaluate(() => Math.max(...levels))).toBeGreaterThan(0.1);
    expect(await page.evaluate(() => live.source?.label)).not.toBe('');
  });

  it('in Opus: every packet arrives once and in order, while sockets are killed and the page is busy', async () => {
    page = await stage.open('', watchEncoder);
    const cuts = disturb(1.3);
    expect(await page.evaluate(speak, { url: server.url, options: JSON.stringify({ ...unprocessed }) })).toBe('opus');
    await untilHeard(2);
    await page.evaluate(busyFor, 1_500);
    const devtools = await page.context().newCDPSession(page);
    await devtools.send('Emulation.setCPUThrottlingRate', { rate: 6 });
    await untilHeard(8);
    await devtools.send('Emulation.setCPUThrottlingRate', { rate: 1 });
    await stop();
    const made = await page.evaluate(() => encoder.made);
    expect(cuts()).toBeGreaterThanOrEqual(4);
    expect(server.session.holes).toEqual([]);
    expect(server.session.audio.map((packet) => packet.join())).toEqual(made);
    // What the encoder holds back of a sound comes at its end, in a packet of its own.
    expect(await page.evaluate(() => encoder.samples())).toBe((made.length - 1) * (rate / 50));
    expect(server.starts[1]).toMatchObject({ encoding: 'opus' });
  });
});

declare global {
  var live: InstanceType<typeof sdk.LiveTranscription>;
  var source: Awaited<ReturnType<typeof sdk.microphone>>;
  var levels: number[];
  var states: string[];
  var encoder: { made: string[]; samples: () => number };
}
