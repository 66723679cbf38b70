import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type AudioSource, fromIterable, LiveTranscription, type TranscriptionOptions } from '../src/index.ts';
import { Feeder } from './support/feeder.ts';
import { ManualSocket } from './support/manual-socket.ts';

const session = { session_id: 'a1', resumable_s: 60 };
let sockets: ManualSocket[] = [];

beforeEach(() => {
  sockets = [];
  vi.useFakeTimers();
});
afterEach(() => {
  expect(vi.getTimerCount()).toBe(0);
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

const last = () => {
  const socket = sockets.at(-1);
  if (socket === undefined) throw new Error('There is no socket.');
  return socket;
};

/** Lets everything happen that waits for nothing but its turn. */
const settle = () => vi.advanceTimersByTimeAsync(0);

async function begin(options: Partial<TranscriptionOptions> = {}, answer: object = session) {
  const say = new Feeder();
  const open = () => {
    sockets.push(new ManualSocket());
    return last();
  };
  const live = new LiveTranscription({ url: 'http://gateway/', openSocket: open, ...options });
  const source: AudioSource = fromIterable(say.stream(), { encoding: 'pcm16', sampleRate: 8_000, live: true });
  const starting = live.start(source);
  starting.catch(() => undefined);
  await settle();
  last().open();
  if (answer === session) last().hear(answer);
  else last().hear({ ...session, ...answer });
  await settle();
  return { live, say, starting };
}

async function comeBack(): Promise<void> {
  last().open();
  last().hear({ ...session, resumed: true, received: 0 });
  await settle();
}

describe('waits are bounded', () => {
  it('a server that never begins is given up after 10 s', async () => {
    const live = new LiveTranscription({
      url: 'http://gateway/',
      openSocket: () => {
        sockets.push(new ManualSocket());
        return last();
      },
    });
    const starting = live.start(fromIterable(new Feeder().stream()));
    const refused = expect(starting).rejects.toMatchObject({ code: 'connection_timeout' });
    await vi.advanceTimersByTimeAsync(9_999);
    expect(live.state).toBe('connecting');
    await vi.advanceTimersByTimeAsync(1);
    await refused;
  });

  it('a server that never says the last words is asked again by another socket, and given up in the end', async () => {
    const { live } = await begin({ giveUpSeconds: 20 });
    const stopping = expect(live.stop()).rejects.toMatchObject({
      code: 'connection_lost',
      cause: { code: 'connection_timeout' },
    });
    await settle();
    expect(last().sent.at(-1)).toBe('{"action":"stop"}');
    await vi.advanceTimersByTimeAsync(14_000);
    last().hear({ final: 'a', segment: 0, start: 0, end: 1, seq: 2 });
    last().bufferedAmount = 1_000;
    await vi.advanceTimersByTimeAsync(14_000);
    expect(sockets).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(1_000);
    expect(last().closedWith).toBe(4000);
    await vi.advanceTimersByTimeAsync(250);
    expect(sockets).toHaveLength(2);
    await comeBack();
    expect(last().sent.at(-1)).toBe('{"action":"stop"}');
    last().hear({ partial: 'b', segment: 1, start: 1, end: 2 });
    await vi.advanceTimersByTimeAsync(15_000);
    expect(live.state).toBe('reconnecting');
    await vi.advanceTimersByTimeAsync(60_000);
    await stopping;
  });

  it('audio that still leaves is a sign of life', async () => {
    const { live } = await begin();
    last().bufferedAmount = 1_000;
    const stopping = live.stop();
    await settle();
    last().bufferedAmount = 500;
    await vi.advanceTimersByTimeAsync(15_000);
    expect(sockets).toHaveLength(1);
    last().hear({ ended: true });
    await stopping;
    expect(last().closedWith).toBe(1000);
  });

  it('a server that has promised to say something, and does not, is left', async () => {
    const { live } = await begin({}, { heartbeat_s: 10 });
    await vi.advanceTimersByTimeAsync(20_000);
    last().hear({ covered: 0 });
    await vi.advanceTimersByTimeAsync(24_000);
    expect(sockets).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(1_250);
    expect(sockets).toHaveLength(2);
    expect(live.state).toBe('reconnecting');
    await comeBack();
    void live.stop();
    await settle();
    last().hear({ ended: true });
    await settle();
    expect(live.state).toBe('ended');
  });

  it('a token that never comes is not waited for', async () => {
    const live = new LiveTranscription({
      url: 'http://gateway/',
      token: () => new Promise<string>(() => undefined),
      openSocket: () => new ManualSocket(),
    });
    const starting = live.start(fromIterable(new Feeder().stream()));
    const refused = expect(starting).rejects.toMatchObject({ code: 'token_unavailable' });
    await vi.advanceTimersByTimeAsync(10_000);
    await refused;
  });
});

describe('a lost connection', () => {
  it('is tried ever later, at random, up to 10 s, and not for ever', async () => {
    const { live } = await begin({ giveUpSeconds: 60 });
    const failed = expect(live.stop()).rejects.toMatchObject({ code: 'connection_lost' });
    const tried: number[] = [];
    const began = Date.now();
    while (live.state !== 'failed') {
      last().close(1006);
      const before = sockets.length;
      await vi.advanceTimersToNextTimerAsync();
      if (sockets.length > before) tried.push(Date.now() - began);
    }
    await failed;
    const delays = tried.map((at, index) => at - (tried[index - 1] ?? 0));
    const most = (index: number) => Math.min(10_000, 250 * 2 ** index);
    expect(delays.slice(0, -1).every((delay, index) => delay > 0.99 * most(index))).toBe(false);
    for (const [index, delay] of delays.slice(0, -1).entries()) {
      expect(delay).toBeGreaterThanOrEqual(Math.floor(most(index) / 2));
      expect(delay).toBeLessThanOrEqual(most(index));
    }
    expect(tried.at(-1)).toBe(60_000);
    expect(tried.length).toBeGreaterThan(8);
  });

  it('is tried at once when the browser is online again, or the page is looked at again', async () => {
    const page = new EventTarget();
    const screen = Object.assign(new EventTarget(), { visibilityState: 'hidden' });
    vi.stubGlobal('addEventListener', page.addEventListener.bind(page));
    vi.stubGlobal('document', screen);
    const { live } = await begin();
    for (let lost = 0; lost < 6; lost++) {
      last().close(1006);
      await vi.advanceTimersByTimeAsync(10_000);
    }
    const before = sockets.length;
    last().close(1006);
    await settle();
    screen.dispatchEvent(new Event('visibilitychange'));
    await settle();
    expect(sockets).toHaveLength(before);
    screen.visibilityState = 'visible';
    screen.dispatchEvent(new Event('visibilitychange'));
    await settle();
    expect(sockets).toHaveLength(before + 1);
    last().close(1006);
    await settle();
    page.dispatchEvent(new Event('online'));
    await settle();
    expect(sockets).toHaveLength(before + 2);
    await comeBack();
    expect(live.state).toBe('live');
    // What was open when the network changed may be dead without knowing it.
    page.dispatchEvent(new Event('online'));
    await vi.advanceTimersByTimeAsync(250);
    expect(sockets).toHaveLength(before + 3);
    await comeBack();
    void live.stop();
    await settle();
    last().hear({ ended: true });
    await settle();
    page.dispatchEvent(new Event('online'));
    await vi.advanceTimersByTimeAsync(10_000);
    expect(sockets).toHaveLength(before + 3);
  });

  it('for want of audio is left alone until there is audio again', async () => {
    const { live, say } = await begin();
    live.pause();
    last().hear({ error: 'Nothing came.', code: 'idle_timeout' });
    last().close(1008);
    await vi.advanceTimersByTimeAsync(3_600_000);
    expect([live.state, sockets.length]).toEqual(['live', 1]);
    live.resume();
    await vi.advanceTimersByTimeAsync(250);
    await comeBack();
    say.samples(10);
    await settle();
    expect(last().sent.slice(1)).toEqual([expect.any(Uint8Array)]);
    last().close(1008);
    await vi.advanceTimersByTimeAsync(0);
    expect(live.state).toBe('failed');
  });
});
