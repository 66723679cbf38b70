import { seeded } from '@live-transcribe/testkit';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { WebSocket } from 'ws';
import type { OpenSocket, Progress, Segment, TranscriptionEvent } from '../src/index.ts';
import { file, fromIterable, LiveTranscription } from '../src/index.ts';
import { arrival, ended } from './support/arrival.ts';
import { Feeder } from './support/feeder.ts';
import { firstWrong, rulerStream } from './support/ruler.ts';
import { WireServer } from './support/wire-server.ts';
import type { WireSession } from './support/wire-session.ts';

const openSocket: OpenSocket = (url, protocols) => new WebSocket(url, protocols);
/** Hz; low, so that many runs can look at every sample. */
const rate = 1_000;
const seconds = 12;
const servers = new Set<WireServer>();

async function serve(behaviour = {}): Promise<WireServer> {
  const server = await new WireServer(behaviour).listen();
  servers.add(server);
  return server;
}

// Out of its range, so that attempts follow one another twenty times as soon: what is lost between them is what counts here.
beforeEach(() => void vi.spyOn(Math, 'random').mockReturnValue(-0.9));
afterEach(async () => {
  vi.restoreAllMocks();
  await Promise.all([...servers].map((server) => server.stop()));
  servers.clear();
});

/** The finals' texts are the units they cover: joined, all of them. */
function covers(segments: readonly Segment[]): string {
  let end = 0;
  for (const { text, state } of segments) {
    const [from, to] = text.split('-').map(Number);
    if (state !== 'final' || from !== end || to === undefined) return `${state} ${text} after ${end}`;
    end = to;
  }
  return `0-${end}`;
}

/** One session whose sockets are killed at random places, each one once, or whose server is restarted, by the seed. */
async function run(seed: number, kills: number) {
  const random = seeded(seed);
  const killed = new Set<WebSocket>();
  const nextPlace = (from: number) => from + (random() * 1.5 * seconds * rate) / (kills + 1);
  let place = nextPlace(0);
  let restarting = Promise.resolve();
  const server = await serve({
    heard: (session: WireSession, socket: WebSocket) => {
      if (session.audio.length < place || killed.has(socket) || killed.size === kills) return;
      killed.add(socket);
      place = nextPlace(session.audio.length);
      if (random() < 0.7) socket.terminate();
      else restarting = restarting.then(() => server.stop()).then(() => server.restart());
    },
  });
  const live = new LiveTranscription({ url: server.url, openSocket });
  const events: TranscriptionEvent[] = [];
  await live.start(
    fromIterable(rulerStream(seconds, rate, random), { encoding: 'pcm16', sampleRate: rate, live: random() < 0.5 }),
  );
  for await (const event of live) events.push(event);
  await live.stop();
  await restarting;
  const finals = events.filter(({ kind }) => kind === 'final').length;
  return { server, live, finals, killed: killed.size };
}

describe('a session over many sockets', () => {
  it('has every sample once and tells every final once, in 50 seeded runs', async () => {
    let killedInAll = 0;
    for (let first = 0; first < 50; first += 10) {
      await Promise.all(
        Array.from({ length: 10 }, async (_, index) => {
          const seed = first + index;
          const { server, live, finals, killed } = await run(seed, 8);
          const { session } = server;
          killedInAll += killed;
          expect(server.starts.length, `seed ${seed}`).toBeGreaterThanOrEqual(killed);
          expect(session.audio.length, `seed ${seed}`).toBe(seconds * rate);
          expect(firstWrong(session.audio), `seed ${seed}`).toBe(-1);
          expect(session.holes, `seed ${seed}`).toEqual([]);
          expect(covers(live.segments), `seed ${seed}`).toBe(`0-${seconds * rate}`);
          expect(finals, `seed ${seed}`).toBe(live.segments.length);
        }),
      );
    }
    expect(killedInAll).toBeGreaterThan(300);
  }, 60_000);

  it('sends packets of Opus again from a whole 40 ms on, each once', async () => {
    const packets = Array.from({ length: 400 }, (_, index) => Uint8Array.of(index >> 8, index & 255, 7));
    async function* speak() {
      for (const packet of packets) {
        yield packet;
        await new Promise((resolve) => setImmediate(resolve));
      }
    }
    const kills = [37, 111, 112, 300];
    const server = await serve({
      heard: (session: WireSession, socket: WebSocket) => {
        if (session.audio.length !== kills[0]) return;
        kills.shift();
        socket.terminate();
      },
    });
    const live = new LiveTranscription({ url: server.url, openSocket });
    await live.start(fromIterable(speak(), { encoding: 'opus', live: true }));
    await ended(live);
    expect(kills).toEqual([]);
    expect(server.session.audio.map((packet) => [...packet])).toEqual(packets.map((packet) => [...packet]));
    expect(server.session.holes).toEqual([]);
    for (const { encoding, sample_rate, resume } of server.starts.slice(1)) {
      expect([encoding, sample_rate]).toEqual(['opus', undefined]);
      // A decoder is given 80 ms to run up, before what is covered.
      expect(resume?.from).toBeLessThanOrEqual(Math.max(0, server.session.received - 0.08));
      expect(((resume?.from ?? 0) * 50) % 2).toBe(0);
    }
  });

  it('sends a file again from its beginning', async () => {
    const bytes = Uint8Array.from({ length: 300_000 }, (_, index) => index % 251);
    let cuts = 0;
    const server = await serve({
      heard: (session: WireSession, socket: WebSocket) => {
        if (session.audio.length < 100 * (cuts + 1) || cuts === 2) return;
        cuts += 1;
        socket.terminate();
      },
    });
    const live = new LiveTranscription({ url: server.url, openSocket });
    const progress: Progress[] = [];
    live.addEventListener('progress', (value) => progress.push(value));
    await live.start(file(new Blob([bytes]), { label: 'speech.webm' }));
    await ended(live);
    expect(Buffer.concat(server.session.audio).equals(bytes)).toBe(true);
    expect(server.starts.map(({ encoding, resume }) => [encoding, resume?.from])).toEqual([
      ['auto', undefined],
      ['auto', 0],
      ['auto', 0],
    ]);
    expect(progress.at(-1)).toEqual({ sent: 300_000, size: 300_000 });
    expect(progress.every(({ sent }, index) => sent >= (progress[index - 1]?.sent ?? 0))).toBe(true);
  });

  it('sends all of a container that can be read only once', async () => {
    const bytes = Uint8Array.from({ length: 50_000 }, (_, index) => index % 251);
    async function* recording() {
      for (let at = 0; at < bytes.length; at += 1_000) {
        yield bytes.subarray(at, at + 1_000);
        await new Promise((resolve) => setImmediate(resolve));
      }
    }
    let cut = false;
    const server = await serve({
      heard: (session: WireSession, socket: WebSocket) => {
        if (cut || session.audio.length < 30) return;
        cut = true;
        socket.terminate();
      },
    });
    const live = new LiveTranscription({ url: server.url, openSocket });
    await live.start(fromIterable(recording()));
    await ended(live);
    expect(Buffer.concat(server.session.audio).equals(bytes)).toBe(true);
    expect(server.starts[1]?.resume?.from).toBe(0);
  });

  it('comes back to a session whose last words it has missed, while it stops', async () => {
    const server = await serve();
    const live = new LiveTranscription({ url: server.url, openSocket });
    const progress: number[] = [];
    live.addEventListener('progress', ({ sent }) => progress.push(sent));
    await live.start(fromIterable(rulerStream(1.3, rate), { encoding: 'pcm16', sampleRate: rate }));
    // The stop arrives, its answer does not.
    server.behaviour = { heard: (session) => session.audio.length === 1.3 * rate && (session.end(), server.cut()) };
    await ended(live);
    expect(covers(live.segments)).toBe(`0-${1.3 * rate}`);
    expect(server.starts).toHaveLength(2);
    expect(live.state).toBe('ended');
    // What is sent again counts once.
    expect(Math.max(...progress)).toBe(1.3 * rate * 2);
  });

  it('tells of audio that could not be kept, and puts what follows where it belongs', async () => {
    const server = await serve();
    const say = new Feeder();
    const live = new LiveTranscription({ url: server.url, openSocket, keepSeconds: 2 });
    const events: TranscriptionEvent[] = [];
    live.addEventListener('error', (event) => events.push(event));
    await live.start(fromIterable(say.stream(), { encoding: 'pcm16', sampleRate: rate, live: true }));
    say.samples(rate);
    await arrival(live, 'final', (event) => event.end >= 1);
    const lost = arrival(live, 'state', (state) => state === 'reconnecting');
    await server.stop();
    await lost;
    for (let sent = 0; sent < 50; sent++) say.samples(rate / 10);
    await server.restart();
    await arrival(live, 'state', (state) => state === 'live');
    say.end();
    await live.stop();
    const { session } = server;
    expect(events).toEqual([
      {
        kind: 'error',
        code: 'audio_lost',
        message: 'The audio from 1 s to 4 s could not be kept until the connection was back.',
        segment: undefined,
        start: 1,
        end: 4,
        fatal: false,
      },
    ]);
    expect(session.holes).toEqual([{ from: rate, to: 4 * rate }]);
    expect(session.audio.length).toBe(6 * rate);
    expect(firstWrong(session.audio.slice(4 * rate), 4 * rate)).toBe(-1);
  });
});

describe('a session that cannot be gone on with', () => {
  it.each([
    ['the server has forgotten it', 'session_unknown', 1008],
    ['the engine refuses', 'engine_refused', 1011],
  ])('%s', async (_name, code, close) => {
    const server = await serve();
    const live = new LiveTranscription({ url: server.url, openSocket });
    await live.start(fromIterable(new Feeder().stream(), { encoding: 'pcm16', live: true }));
    for (const client of server.clients) {
      client.send(JSON.stringify({ error: 'It says no.', code }));
      client.close(close);
    }
    await expect(live.stop()).rejects.toMatchObject({ code, message: 'It says no.' });
    expect(live.state).toBe('failed');
    expect(server.starts).toHaveLength(1);
  });

  it('another page has resumed it, and does so again', async () => {
    const server = await serve();
    const live = new LiveTranscription({ url: server.url, openSocket });
    await live.start(fromIterable(new Feeder().stream(), { encoding: 'pcm16', live: true }));
    const move = () => {
      for (const client of server.clients) {
        client.send('{"error":"Another connection has resumed this session.","code":"session_moved"}');
        client.close(1008);
      }
    };
    // It may have been an attempt of its own.
    const back = arrival(live, 'state', (state) => state === 'live');
    move();
    await back;
    move();
    await expect(live.stop()).rejects.toMatchObject({ code: 'session_moved' });
    expect(server.starts).toHaveLength(2);
  });

  it('the server keeps no sessions', async () => {
    const server = await serve({ resumable: false });
    const live = new LiveTranscription({ url: server.url, openSocket });
    const session = await live.start(fromIterable(new Feeder().stream(), { encoding: 'pcm16', live: true }));
    expect(session.resumable).toBe(false);
    server.cut();
    await expect(live.stop()).rejects.toMatchObject({ code: 'connection_lost' });
    expect(server.starts).toHaveLength(1);
  });

  it('the connection does not come back in time', async () => {
    const server = await serve();
    const live = new LiveTranscription({ url: server.url, openSocket, giveUpSeconds: 0.3 });
    const say = new Feeder();
    await live.start(fromIterable(say.stream(), { encoding: 'pcm16', sampleRate: rate, live: true }));
    say.samples(rate * 0.7);
    await arrival(live, 'partial');
    const failure = arrival(live, 'error');
    await server.stop();
    expect(await failure).toMatchObject({ code: 'connection_lost', fatal: true });
    await expect(live.stop()).rejects.toMatchObject({ code: 'connection_lost', cause: { code: 'connection_refused' } });
    // What was open gets no better text any more.
    expect(live.segments.map(({ state }) => state)).toEqual(['final', 'failed']);
  });
});
