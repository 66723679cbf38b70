import { RulerEngine, rulerAudio, seeded } from '@live-transcribe/testkit';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { WebSocket } from 'ws';
import type { OpenSocket, Segment, TranscriptionEvent } from '../src/index.ts';
import { fromIterable, LiveTranscription, watch } from '../src/index.ts';
import { RealGateway } from './support/real-gateway.ts';

/** Hz. The ruler then lasts 4 s. */
const rate = 16_000;
const length = 60_000;
const gateways = new Set<RealGateway>();

// Out of its range, so that attempts follow one another twenty times as soon: what is lost between them is what counts here.
beforeEach(() => void vi.spyOn(Math, 'random').mockReturnValue(-0.9));
afterEach(async () => {
  vi.restoreAllMocks();
  for (const gateway of gateways) await gateway.close();
  gateways.clear();
});

async function start(): Promise<RealGateway> {
  const gateway = await RealGateway.start(() => new RulerEngine({ sampleRate: rate, utteranceMs: 100 }));
  gateways.add(gateway);
  return gateway;
}

/** What the engine says that it has heard, one after the other: `0-59999` when it is all, once and in order. */
function heard(segments: readonly Segment[]): string {
  const stretches: string[] = [];
  let end: number | undefined;
  for (const { text, state } of segments) {
    for (const stretch of text.split(' ')) {
      const [from = Number.NaN, to = Number.NaN] = stretch.split('-').map(Number);
      if (state !== 'final' || from !== (end ?? -1) + 1) stretches.push(`${end ?? ''} ${state} ${from}`);
      end = to;
    }
  }
  return [...stretches, `0-${end}`].join(', ');
}

/** One session whose line is cut at seeded places of the audio, and whose server is started again at others. */
async function run(seed: number, gateway: RealGateway, restarts: boolean) {
  const random = seeded(seed);
  const sockets: WebSocket[] = [];
  const openSocket: OpenSocket = (url, protocols) => {
    const socket = new WebSocket(url, protocols);
    sockets.push(socket);
    return socket;
  };
  const live = new LiveTranscription({ url: gateway.url, openSocket });
  const regained = () =>
    new Promise<void>((resolve) => {
      const enough = new AbortController();
      const { signal } = enough;
      live.addEventListener('state', (state) => state === 'live' && (enough.abort(), resolve()), { signal });
    });

  const begun = regained();
  async function* speak() {
    await begun;
    let next = 3_000;
    for (let at = 0; at < length; ) {
      const count = Math.min(1 + Math.floor(random() * 640), length - at);
      yield new Uint8Array(rulerAudio(at, count).buffer.slice(0) as ArrayBuffer);
      at += count;
      await new Promise((resolve) => setImmediate(resolve));
      if (at < next) continue;
      next = at + 2_000 + random() * 12_000;
      const back = regained();
      if (restarts && random() < 0.3) await gateway.restart();
      else sockets.at(-1)?.terminate();
      // Sometimes it speaks on while the line is down.
      if (random() < 0.5) await back;
    }
  }

  const events: TranscriptionEvent[] = [];
  await live.start(fromIterable(speak(), { encoding: 'pcm16', sampleRate: rate, live: true }));
  for await (const event of live) events.push(event);
  return { live, events, sockets: sockets.length };
}

describe('the SDK and the real server', () => {
  async function expectExact(seed: number, gateway: RealGateway, restarts: boolean): Promise<number> {
    const { live, events, sockets } = await run(seed, gateway, restarts);
    expect(heard(live.segments), `seed ${seed}`).toBe(`0-${length - 1}`);
    expect(live.state, `seed ${seed}`).toBe('ended');
    expect(
      events.filter(({ kind }) => kind === 'error'),
      `seed ${seed}`,
    ).toEqual([]);
    const finals = events.filter((event) => event.kind === 'final');
    expect(
      finals.map(({ segment }) => segment),
      `seed ${seed}`,
    ).toEqual(finals.map((_final, index) => index));
    expect(events.at(-1), `seed ${seed}`).toMatchObject({ kind: 'ended', duration: length / rate });
    return sockets;
  }

  it('a session whose line is cut: every sample is in one final, told once, in 50 seeded runs', async () => {
    const gateway = await start();
    let sockets = 0;
    for (let first = 0; first < 50; first += 10) {
      const seeds = Array.from({ length: 10 }, (_, index) => first + index);
      for (const opened of await Promise.all(seeds.map((seed) => expectExact(seed, gateway, false)))) sockets += opened;
    }
    expect(sockets).toBeGreaterThan(200);
  }, 60_000);

  it('a session whose server is started again too: the same, in 20 seeded runs', async () => {
    for (let first = 100; first < 120; first += 5) {
      const seeds = Array.from({ length: 5 }, (_, index) => first + index);
      await Promise.all(seeds.map(async (seed) => expectExact(seed, await start(), true)));
    }
  }, 60_000);

  it('others can follow what is said, and see the same, though the line is cut and the server is started again', async () => {
    const gateway = await start();
    const sockets: WebSocket[] = [];
    const openSocket: OpenSocket = (url, protocols) => {
      const socket = new WebSocket(url, protocols);
      sockets.push(socket);
      return socket;
    };
    const live = new LiveTranscription({ url: gateway.url, openSocket });
    async function* speak() {
      for (let at = 0; at < length; at += 1_000) {
        yield new Uint8Array(rulerAudio(at, 1_000).buffer.slice(0) as ArrayBuffer);
        await new Promise((resolve) => setImmediate(resolve));
        if (at === 20_000) sockets.at(-1)?.terminate();
        if (at === 40_000) await gateway.restart();
      }
    }
    const { id } = await live.start(fromIterable(speak(), { encoding: 'pcm16', sampleRate: rate, live: true }));
    const watched = watch({ url: gateway.url, session: id });
    const states: string[] = [];
    watched.addEventListener('state', (state) => states.push(state));
    const kinds: string[] = [];
    for await (const { kind } of watched) kinds.push(kind);
    expect(kinds.filter((kind) => kind === 'ended' || kind === 'error')).toEqual(['ended']);
    expect(states).toContain('reconnecting');
    await live.stop();
    expect(heard(live.segments)).toBe(`0-${length - 1}`);
    expect(watched.segments).toEqual(live.segments);
    expect(watched.session?.id).toBe(id);
    await expect(
      (async () => {
        for await (const event of watch({ url: gateway.url, session: crypto.randomUUID() })) void event;
      })(),
    ).rejects.toMatchObject({ code: 'session_unknown' });
  });
});
