import { ManualClock } from '@live-transcribe/testkit';
import { describe, expect, it } from 'vitest';
import { dialectNamed } from '../src/dialects.ts';
import { Lifetime } from '../src/lifetime.ts';
import { serviceOf } from '../src/service.ts';
import { UpstreamSocket } from '../src/upstream-socket.ts';
import { type Seen, Watch } from '../src/watch.ts';
import { joined, rate, silence, speech } from './support/audio.ts';
import { LoudDetector } from './support/loud-detector.ts';
import { apiKey, failureOf, simulate, write } from './support/simulated.ts';

const quiet: Seen = { messages: 2, signs: 2, owed: undefined, unansweredSpeechMs: 0, isPaused: false };

/** Looks every 5 s at what `seen` says at that time, and answers what is done when. */
function looks(seconds: number, seen: (second: number) => Partial<Seen>): string[] {
  const watch = new Watch('OpenAI', 0, 2);
  const done: string[] = [];
  for (let second = 5; second <= seconds; second += 5) {
    const told = watch.look(second * 1_000, { ...quiet, ...seen(second) });
    if (told) done.push(`${second} ${told === 'ping' ? 'ping' : told.code}`);
  }
  return done;
}

describe('the watch', () => {
  it('pings every 15 s and is content with answers, however long nobody speaks', () => {
    const done = looks(3_600, (second) => ({ signs: 2 + second }));
    expect(done).toHaveLength(240);
    expect(done.every((what) => what.endsWith('ping'))).toBe(true);
  });

  it('gives up a connection that does not answer a ping within 10 s', () => {
    expect(looks(25, () => ({}))).toEqual(['15 ping', '25 engine_lost']);
  });

  it('gives up a service that owes a text for 30 s, whatever else it says', () => {
    expect(looks(40, (second) => ({ signs: second, messages: second, owed: second < 10 ? undefined : 900 }))).toEqual([
      '15 ping',
      '30 ping',
      '40 engine_timeout',
    ]);
  });

  it('counts anew for each text that is owed', () => {
    const done = looks(100, (second) => ({ signs: second, owed: Math.floor(second / 25) }));
    expect(done.filter((what) => !what.endsWith('ping'))).toEqual([]);
  });

  it('gives up a service that says nothing about speech for 10 s, having said something before', () => {
    const seen = (second: number) => ({
      signs: second,
      messages: second < 20 ? second : 20,
      unansweredSpeechMs: 6_000,
    });
    expect(looks(30, seen).filter((what) => !what.endsWith('ping'))).toEqual(['30 engine_timeout']);
    const short = (second: number) => ({ ...seen(second), unansweredSpeechMs: 4_900 });
    expect(looks(60, short).filter((what) => !what.endsWith('ping'))).toEqual([]);
  });

  it('has more patience with one that has not said anything yet', () => {
    const done = looks(35, (second) => ({ signs: 2 + second, unansweredSpeechMs: 6_000 }));
    expect(done).toEqual(['15 ping', '30 ping', '35 engine_timeout']);
  });

  it('holds nothing against the service while we do not read', () => {
    const done = looks(300, () => ({ isPaused: true, owed: 900, unansweredSpeechMs: 9_000 }));
    expect(done.filter((what) => !what.endsWith('ping'))).toEqual([]);
  });
});

/** Lets the watch of one session look, so many times. */
async function look(clock: ManualClock, times: number): Promise<void> {
  for (let time = 0; time < times; time += 1) {
    await clock.untilWaiting((ms) => ms === 5_000);
    clock.advance(5_000);
    // The watch goes on in microtasks.
    await new Promise((resolve) => setImmediate(resolve));
  }
}

describe('a watched session', () => {
  it('is lost when pings are not answered', async () => {
    const clock = new ManualClock();
    const { simulator, open } = await simulate({ faults: [{ kind: 'ignore_pings', at: 'created' }] }, { clock });
    const failure = failureOf(await open());
    await look(clock, 3);
    await (await simulator.connection(0)).pinged();
    await look(clock, 2);
    expect(await failure).toMatchObject({ code: 'engine_lost', retryable: true });
    expect(clock.waiting).toEqual([]);
  });

  it('lives as long as they are', async () => {
    const clock = new ManualClock();
    const { simulator, open } = await simulate({ script: () => ({ transcript: 'word '.repeat(60) }) }, { clock });
    const session = await open({ model: 'gpt-realtime-whisper' });
    const reader = session.events[Symbol.asyncIterator]();
    const connection = await simulator.connection(0);
    for (let ping = 1; ping <= 10; ping += 1) {
      await look(clock, 3);
      await connection.pinged(ping);
      // What is said after the pong has come means that the pong has.
      await write(session, speech(200));
      expect((await reader.next()).value).toMatchObject({ kind: 'hypothesis' });
    }
    await session.finish();
    for (let item = await reader.next(); !item.done; item = await reader.next());
    expect(clock.waiting).toEqual([]);
  });

  it('takes a pong for a sign of life, but not for a word', async () => {
    const { simulator } = await simulate();
    const url = new URL(`${simulator.baseUrl.replace('http', 'ws')}/realtime?intent=transcription`);
    const headers = { authorization: `Bearer ${apiKey}` };
    let greet: (value?: unknown) => void = () => undefined;
    const greeted = new Promise((resolve) => {
      greet = resolve;
    });
    const message = () => greet();
    const failed = () => undefined;
    const service = serviceOf(dialectNamed('openai'), apiKey);
    const socket = new UpstreamSocket({ service, url, headers, message, failed });
    await greeted;
    socket.ping();
    await expect.poll(() => socket.signs).toBe(2);
    expect(socket.messages).toBe(1);
    socket.terminate();
  });

  it('times out when the service owes a text', async () => {
    const clock = new ManualClock();
    const until = new Promise(() => undefined);
    const { simulator, open } = await simulate(
      { faults: [{ kind: 'hold_item', item: 0, part: 'completion', until }] },
      { clock },
    );
    const session = await open();
    const failure = failureOf(session);
    await write(session, joined(speech(600), silence(700)));
    await session.commit();
    await (await simulator.connection(0)).sent('input_audio_buffer.committed');
    for (const ms of [5_000, 31_000]) {
      await clock.untilWaiting();
      clock.advance(ms);
    }
    expect(await failure).toMatchObject({ code: 'engine_timeout', retryable: true });
  });

  it('times out when the service hears no speech, of which the detector is certain', async () => {
    const clock = new ManualClock();
    const { simulator, open } = await simulate(
      { faults: [{ kind: 'stall', at: { samples: 1 } }] },
      { clock, createDetector: () => new LoudDetector() },
    );
    const session = await open();
    const failure = failureOf(session);
    const connection = await simulator.connection(0);
    // The stall is in force before there is speech to answer.
    await write(session, silence(100));
    await connection.heardAtLeast(rate / 10);
    await write(session, speech(6_000));
    await connection.heardAtLeast(6.1 * rate);
    await clock.untilWaiting();
    clock.advance(36_000);
    expect(await failure).toMatchObject({ code: 'engine_timeout', message: expect.stringContaining('speech') });
  });
});

describe('the lifetime of a session', () => {
  const minutes = 60_000;

  it('is over in a pause from 5 min before its end, and anywhere 30 s before it, told once', () => {
    const life = new Lifetime(0, 60 * minutes);
    expect(life.isDue(54.9 * minutes, true)).toBe(false);
    expect(life.isDue(59.4 * minutes, false)).toBe(false);
    expect(life.isDue(55 * minutes, true)).toBe(true);
    expect(life.isDue(55 * minutes, true)).toBe(false);
    expect(new Lifetime(0, 60 * minutes).isDue(59.5 * minutes, false)).toBe(true);
  });

  it('is what the service says, unless a clock is wrong', () => {
    const life = new Lifetime(0, 60 * minutes);
    life.lasts(0, -1);
    expect(life.isDue(54 * minutes, true)).toBe(false);
    life.lasts(0, 30 * minutes);
    expect(life.isDue(24 * minutes, true)).toBe(false);
    expect(life.isDue(25 * minutes, true)).toBe(true);
  });

  it('of a few seconds is not over before it began', () => {
    const life = new Lifetime(0, 10_000);
    expect(life.isDue(4_000, true)).toBe(false);
    expect(life.isDue(5_000, true)).toBe(true);
  });
});

describe('a session near its end', () => {
  /** In the middle of an utterance, of which the service has said the first words. */
  async function speaking() {
    const clock = new ManualClock();
    const { open } = await simulate({ sessionSeconds: 1_800, script: ['one', 'two'] }, { clock });
    const session = await open({ model: 'gpt-live-transcribe' });
    const reader = session.events[Symbol.asyncIterator]();
    await write(session, speech(600));
    expect((await reader.next()).value).toMatchObject({ kind: 'hypothesis' });
    await clock.untilWaiting();
    const until = async (kind: string) => {
      const kinds: string[] = [];
      for (let item = await reader.next(); !item.done; item = await reader.next()) {
        kinds.push(item.value.kind);
        if (item.value.kind === kind) break;
      }
      return kinds.filter((each) => each !== 'hypothesis');
    };
    return { clock, session, until };
  }

  it('asks for another in the next pause, and goes on until it is left', async () => {
    const { clock, session, until } = await speaking();
    clock.advance(26 * 60_000);
    await write(session, joined(speech(300), silence(700)));
    expect(await until('rotate')).toEqual(['utterance', 'settled', 'rotate']);
    await write(session, joined(speech(600), silence(700)));
    await session.finish();
    expect(await until('never')).not.toContain('rotate');
  });

  it('asks for another in the middle of speech when there is no more time', async () => {
    const { clock, session, until } = await speaking();
    clock.advance(29.6 * 60_000);
    expect(await until('rotate')).toEqual(['rotate']);
    await session.finish();
    await until('never');
  });

  it('of a service that does not say how long it lasts counts for itself', async () => {
    const clock = new ManualClock();
    const expires_at = 0;
    const text = JSON.stringify({ type: 'session.updated', event_id: 'e', session: { expires_at } });
    const fault = { kind: 'send', at: 'created', text } as const;
    const { open } = await simulate({ sessionSeconds: -9, faults: [fault] }, { clock, maxSessionMs: 600_000 });
    const session = await open();
    const reader = session.events[Symbol.asyncIterator]();
    await clock.untilWaiting();
    clock.advance(299_000);
    await clock.untilWaiting();
    clock.advance(5_000);
    expect((await reader.next()).value).toMatchObject({ kind: 'rotate' });
    await session.finish();
  });
});
