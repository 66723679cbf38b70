import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import type { WebSocket } from 'ws';
import { BrowserStage, describeInChromium, type StageOptions, unprocessed } from './support/browser-stage.ts';
import { WireServer } from './support/wire-server.ts';
import type { WireSession } from './support/wire-session.ts';

/** A tone, so that silence can be told from it. */
const tone = Int16Array.from({ length: 20 * 48_000 }, (_, index) => Math.round(8_000 * Math.sin(index / 10)));

let server: WireServer;
beforeEach(async () => {
  server = await new WireServer().listen();
});
afterEach(() => server.stop());

function describeStage(name: string, options: StageOptions, tests: (stage: () => BrowserStage) => void): void {
  describeInChromium(name, () => {
    let stage: BrowserStage;
    beforeAll(async () => {
      stage = await BrowserStage.set(options);
    });
    afterAll(() => stage.strike());
    tests(() => stage);
  });
}

/** In the page: what `microphone` fails with. Options come as JSON, as types do not survive the way. */
async function failure(options: string): Promise<unknown> {
  try {
    await sdk.microphone(JSON.parse(options));
    return 'no failure';
  } catch (error) {
    return error instanceof sdk.TranscriptionError ? error.code : String(error);
  }
}

/** In the page: speaks into `url` from a source until it is stopped there. */
async function speak({ url, options }: { url: string; options: string }): Promise<string> {
  const source = await sdk.microphone(JSON.parse(options));
  const live = new sdk.LiveTranscription({ url });
  Object.assign(globalThis, { live, source });
  await live.start(source);
  return source.encoding;
}

/** In the page: the tracks that it was given. */
function rememberTracks(): void {
  const ask = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
  const given: MediaStreamTrack[] = [];
  Object.assign(globalThis, { tracks: given });
  navigator.mediaDevices.getUserMedia = async (constraints) => {
    const stream = await ask(constraints);
    given.push(...stream.getTracks());
    return stream;
  };
}

const loudness = (from: number) =>
  Math.max(...server.session.audio.slice(from).map((sample) => Math.abs(sample.readInt16LE())));

const untilHeard = (seconds: number) =>
  expect.poll(() => server.session.received, { timeout: 20_000 }).toBeGreaterThan(seconds);

describeStage('a microphone', { heard: tone }, (stage) => {
  it('is named, chosen, muted and paused', async () => {
    const page = await stage().open();
    const [first] = await page.evaluate(() => sdk.devices());
    expect(first).toMatchObject({ id: expect.any(String), label: expect.any(String) });
    const options = { ...unprocessed, deviceId: first?.id ?? '', encoding: 'pcm16', sampleRate: 16_000 } as const;
    await page.evaluate(speak, { url: server.url, options: JSON.stringify(options) });
    expect(server.starts[0]).toMatchObject({ encoding: 'pcm16', sample_rate: 16_000, channels: 1 });
    await untilHeard(1);
    expect(loudness(8_000)).toBeGreaterThan(5_000);
    await page.evaluate(() => source.setMuted(true));
    expect(await page.evaluate(() => source.muted)).toBe(true);
    const muted = server.session.received;
    await untilHeard(muted + 1);
    expect(loudness(Math.round((muted + 0.7) * 16_000))).toBe(0);
    await page.evaluate(() => source.setMuted(false));
    await page.evaluate(() => live.pause());
    await expect.poll(() => server.actions).toContainEqual({ action: 'commit' });
    const paused = server.session.received;
    // Time enough for what would have been 15 frames; one may have been on its way.
    await page.waitForTimeout(300);
    expect(server.session.received - paused).toBeLessThan(0.1);
    await page.evaluate(() => live.resume());
    await untilHeard(paused + 0.5);
    expect(loudness(Math.round((paused + 0.3) * 16_000))).toBeGreaterThan(5_000);
    await page.evaluate(() => live.stop());
    expect(stage().complaints).toEqual([]);
    await page.close();
  });

  it('is lost when it is unplugged, after its last words', async () => {
    const page = await stage().open('', rememberTracks);
    await page.evaluate(speak, { url: server.url, options: JSON.stringify({ ...unprocessed, encoding: 'pcm16' }) });
    await untilHeard(0.6);
    const failed = page.evaluate(async () => {
      const [track] = tracks;
      if (track === undefined) return [];
      const codes: string[] = [];
      live.addEventListener('error', ({ code, fatal }) => codes.push(`${code} ${fatal}`));
      track.dispatchEvent(new Event('ended'));
      await live.stop().catch((error: { code: string }) => codes.push(error.code));
      return [...codes, live.state, track.readyState, live.segments.at(-1)?.state];
    });
    expect(await failed).toEqual(['microphone_lost true', 'microphone_lost', 'failed', 'ended', 'final']);
    await page.close();
  });

  it('comes through its own recorder where nothing else will do, also over a killed socket', async () => {
    const page = await stage().open();
    let cut = false;
    server.behaviour = {
      heard: (session: WireSession, socket: WebSocket) => {
        if (cut || session.audio.length < 20) return;
        cut = true;
        socket.terminate();
      },
    };
    expect(
      await page.evaluate(speak, {
        url: server.url,
        options: JSON.stringify({ ...unprocessed, encoding: 'recorder' }),
      }),
    ).toBe('auto');
    await expect.poll(() => server.session.audio.length, { timeout: 20_000 }).toBeGreaterThan(40);
    await page.evaluate(() => live.stop());
    const bytes = Buffer.concat(server.session.audio);
    expect(bytes.subarray(0, 4).toString('hex')).toBe('1a45dfa3');
    expect(bytes.indexOf(Buffer.from('1a45dfa3', 'hex'), 1)).toBe(-1);
    expect(server.starts.map(({ encoding, resume }) => [encoding, resume?.from])).toEqual([
      ['auto', undefined],
      ['auto', 0],
    ]);
    await page.close();
  });

  it('can be in use elsewhere, or fail in a way that nobody knows', async () => {
    const page = await stage().open();
    const failing = (name: string) =>
      page.evaluate((named) => {
        navigator.mediaDevices.getUserMedia = () => Promise.reject(new DOMException('No.', named));
      }, name);
    for (const [name, code] of [
      ['NotReadableError', 'microphone_in_use'],
      ['OverconstrainedError', 'microphone_missing'],
      ['SecurityError', 'microphone_denied'],
      ['OtherError', 'microphone_failed'],
    ] as const) {
      await failing(name);
      expect(await page.evaluate(failure, '{}')).toBe(code);
    }
    await page.close();
  });
});

describeStage(
  'a page that was not allowed the microphone',
  { heard: tone, flags: ['--deny-permission-prompts'] },
  (stage) => {
    it('is told so', async () => {
      const page = await stage().open();
      expect(await page.evaluate(failure, '{}')).toBe('microphone_denied');
      await page.close();
    });
  },
);

describeStage('a machine without a microphone', {}, (stage) => {
  it('is told so', async () => {
    const page = await stage().open();
    expect(await page.evaluate(failure, '{}')).toBe('microphone_missing');
    expect(await page.evaluate(() => sdk.devices())).toEqual([]);
    await page.close();
  });
});

describeStage('an insecure page', { flags: ['--host-resolver-rules=MAP insecure.test 127.0.0.1'] }, (stage) => {
  it('is told so', async () => {
    const page = await stage().open();
    await page.goto(stage().url.replace('localhost', 'insecure.test'));
    await page.waitForFunction(() => globalThis.sdk !== undefined);
    expect(await page.evaluate(failure, '{}')).toBe('insecure_context');
    expect(await page.evaluate(() => sdk.devices())).toEqual([]);
    await page.close();
  });
});

const strict = "default-src 'none'; script-src 'self'; img-src data:; connect-src *";

describeStage('a page with a strict policy', { heard: tone, policy: strict }, (stage) => {
  it('gives the worklet as a file, or has the recorder', async () => {
    const page = await stage().open();
    expect(
      await page.evaluate(speak, { url: server.url, options: JSON.stringify({ workletUrl: '/worklet.js' }) }),
    ).toBe('opus');
    await untilHeard(0.5);
    await page.evaluate(() => live.stop());
    expect(stage().complaints).toEqual([]);
    expect(await page.evaluate(speak, { url: server.url, options: JSON.stringify({}) })).toBe('auto');
    await page.evaluate(() => live.stop());
    expect(await page.evaluate(failure, JSON.stringify({ encoding: 'pcm16' }))).toBe('microphone_failed');
    await page.close();
  });
});

describeStage(
  'a tab',
  {
    flags: ['--auto-select-tab-capture-source-by-title=Playing', '--autoplay-policy=no-user-gesture-required'],
    files: { '/playing': '<!doctype html><title>Playing</title>' },
  },
  (stage) => {
    it('may be refused, silent, or beyond the browser', async () => {
      const page = await stage().open();
      const code = () => page.evaluate(() => sdk.tabAudio().catch((error: { code: string }) => error.code));
      await page.evaluate(() => {
        navigator.mediaDevices.getDisplayMedia = () => Promise.reject(new DOMException('No.', 'NotAllowedError'));
      });
      expect(await code()).toBe('tab_denied');
      await page.evaluate(() => {
        navigator.mediaDevices.getDisplayMedia = async () => new MediaStream();
      });
      expect(await code()).toBe('tab_silent');
      await page.evaluate(() => Object.assign(navigator.mediaDevices, { getDisplayMedia: undefined }));
      expect(await code()).toBe('tab_unsupported');
      await page.close();
    });

    it('is heard until the sharing ends, which is no error', async () => {
      const playing = await stage().open('playing');
      await playing.evaluate(() => {
        const context = new AudioContext();
        const oscillator = new OscillatorNode(context, { frequency: 440 });
        oscillator.connect(context.destination);
        oscillator.start();
      });
      const page = await stage().open();
      const encoding = await page.evaluate(async (url) => {
        const source = await sdk.tabAudio({ encoding: 'pcm16' });
        const live = new sdk.LiveTranscription({ url });
        Object.assign(globalThis, { live, source });
        await live.start(source);
        return source.encoding;
      }, server.url);
      expect(encoding).toBe('pcm16');
      await untilHeard(1);
      expect(loudness(12_000)).toBeGreaterThan(1_000);
      await playing.close();
      await expect.poll(() => page.evaluate(() => live.state), { timeout: 20_000 }).toBe('ended');
      await page.close();
    });
  },
);

declare global {
  var live: InstanceType<typeof sdk.LiveTranscription>;
  var source: Awaited<ReturnType<typeof sdk.microphone>>;
  var tracks: MediaStreamTrack[];
}
