import { once } from 'node:events';
import { streamMs } from '@live-transcribe/audio';
import { type Engine, EngineEvents, type EngineSession, type Frame } from '@live-transcribe/core';
import { afterEach, describe, expect, it } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';
import { ClientSocket, ExplainingWebSocket } from '../src/client-socket.ts';
import { startTestGateway, testRate } from './test-gateway.ts';
import { WireClient } from './wire-client.ts';

const KiB = 1024;
const MiB = 1024 * KiB;
/** What the kernel may hold of one direction of a local connection, on both sides; Linux's own limits give 10 MB. */
const kernelBytes = 12 * MiB;

const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

const turn = () => new Promise((resolve) => setImmediate(resolve));

/** Lets everything happen that waits for nothing from outside. */
async function manyTurns(): Promise<void> {
  for (let turns = 0; turns < 2_000; turns += 1) await turn();
}

/** The value when it changes no more, however long one waits. */
async function settled(value: () => number): Promise<number> {
  for (let before = Number.NaN; before !== value(); await manyTurns()) before = value();
  return value();
}

/** Both ends of a connection, the server's as the gateway has it. */
async function socketPair() {
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1', WebSocket: ExplainingWebSocket });
  await once(server, 'listening');
  const address = server.address();
  if (typeof address !== 'object' || address === null) throw new Error('It has no port.');
  const far = new WebSocket(`ws://127.0.0.1:${address.port}`);
  const [socket]: ExplainingWebSocket[] = await once(server, 'connection');
  if (!socket) throw new Error('Nobody came.');
  if (far.readyState !== WebSocket.OPEN) await once(far, 'open');
  closing.push(
    () => new Promise((resolve) => server.close(resolve)),
    () => socket.terminate(),
    () => far.terminate(),
  );
  return { far, socket, client: new ClientSocket(socket, () => '') };
}

describe('a client socket', () => {
  it('is read no further while 256 KiB wait, and goes on when they are taken', async () => {
    const { far, socket, client } = await socketPair();
    let arrived = 0;
    socket.on('message', (data: Buffer) => {
      arrived += data.length;
    });
    const messages = 2_000;
    const message = new Uint8Array(16 * KiB);
    for (let sent = 0; sent < messages; sent += 1) far.send(message);
    await expect.poll(() => socket.isPaused).toBe(true);
    await manyTurns();
    // One read of the socket may bring several messages.
    expect(arrived).toBeLessThanOrEqual((256 + 2 * 64) * KiB);
    expect(far.bufferedAmount).toBeGreaterThan(0);
    let read = 0;
    for await (const frame of client.frames satisfies AsyncIterable<Frame>) {
      read += frame.kind === 'binary' ? frame.bytes.length : 0;
      if (read === messages * message.length) break;
    }
    expect(arrived).toBe(read);
  });

  it('lets a sender wait while 64 KiB are unread, and no longer', async () => {
    const { far, socket, client } = await socketPair();
    far.pause();
    const text = 'x'.repeat(16 * KiB);
    let waiting: Promise<void> | undefined;
    let sent = 0;
    for (; waiting === undefined && sent < 2 * kernelBytes; sent += text.length) {
      waiting = client.send(text);
      await turn();
    }
    expect(waiting).toBeInstanceOf(Promise);
    expect(socket.bufferedAmount).toBeGreaterThanOrEqual(64 * KiB);
    expect(socket.bufferedAmount).toBeLessThan((64 + 2 * 17) * KiB);
    let hasRoom = false;
    const room = waiting?.then(() => {
      hasRoom = true;
    });
    await manyTurns();
    expect(hasRoom).toBe(false);
    far.resume();
    await room;
  });
});

/** Takes what `write` is given; what it says is the test's business. */
function engineOf(write: (samples: Int16Array, events: EngineEvents) => Promise<void>): Engine {
  return {
    id: 'test',
    sampleRate: testRate,
    features: { languages: 'any', caveat: undefined },
    readiness: () => ({ ready: true }),
    close: async () => undefined,
    open: async (): Promise<EngineSession> => {
      const events = new EngineEvents();
      return {
        events,
        write: (samples) => write(samples, events),
        commit: async () => undefined,
        clear: async () => undefined,
        finish: async () => events.end(),
      };
    },
  };
}

async function startWith(engine: Engine) {
  const gateway = await startTestGateway({ engine });
  closing.push(() => gateway.close());
  const client = await WireClient.open(gateway.port, '/v1/transcriptions');
  closing.push(() => client.socket.terminate());
  client.send({ action: 'start', encoding: 'pcm16', sample_rate: testRate });
  await client.next('session_id');
  return { client };
}

function gate() {
  let open: () => void = () => undefined;
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { open, opened };
}

/** Every sample of a recording says where it stands, modulo 65,536. */
const rulerBytes = (from: number, count: number): Uint8Array =>
  new Uint8Array(Int16Array.from({ length: count }, (_, index) => ((from + index) << 16) >> 16).buffer);

describe('an engine that takes no audio', { timeout: 30_000 }, () => {
  it('slows the client that is faster, down to its own socket, and hears every sample once it goes on', async () => {
    const { open, opened } = gate();
    let heard = 0;
    let misplaced = 0;
    const engine = engineOf(async (samples) => {
      await opened;
      for (const sample of samples) if (sample !== (heard++ << 16) >> 16) misplaced += 1;
    });
    const { client } = await startWith(engine);
    const seconds = 1_000;
    for (let second = 0; second < seconds; second += 1) client.send(rulerBytes(second * testRate, testRate));
    client.send({ action: 'stop' });
    const untaken = await settled(() => client.socket.bufferedAmount);
    // The session keeps a minute at most.
    const most = 2 * testRate * 60 + 512 * KiB + kernelBytes;
    expect(2 * testRate * seconds - untaken).toBeLessThan(most);
    open();
    expect((await client.closed).code).toBe(1000);
    expect({ heard, misplaced }).toEqual({ heard: seconds * testRate, misplaced: 0 });
  });
});

describe('a client that does not read', { timeout: 30_000 }, () => {
  it('is spared the partials that newer ones have replaced, and gets every final in order', async () => {
    const utterances = 20;
    const hypotheses = 150;
    const { open: tellDone, opened: done } = gate();
    const { open, opened } = gate();
    let isFirst = true;
    const engine = engineOf(async (_samples, events) => {
      if (!isFirst) return;
      isFirst = false;
      await opened;
      for (let utterance = 0; utterance < utterances; utterance += 1) {
        const span = { start: streamMs(utterance), end: streamMs(utterance + 1), vendorEvent: 'test' };
        for (let count = 0; count < hypotheses; count += 1) {
          events.push({ kind: 'hypothesis', ...span, text: `${count} ${'x'.repeat(16 * KiB)}` });
          await turn();
        }
        events.push({ kind: 'utterance', ...span, text: `final ${utterance}` });
      }
      tellDone();
    });
    const { client } = await startWith(engine);
    client.socket.pause();
    client.send(rulerBytes(0, testRate));
    open();
    await done;
    client.socket.resume();
    client.send({ action: 'stop' });
    expect((await client.closed).code).toBe(1000);
    expect(client.all('final')).toEqual(Array.from({ length: utterances }, (_, index) => `final ${index}`));
    const read = client.all('partial').length;
    expect(read * 16 * KiB).toBeLessThan(kernelBytes + 2 * utterances * 16 * KiB);
    expect(read).toBeGreaterThan(0);
  });
});
