import { ManualClock } from '@live-transcribe/testkit';
import { describe, expect, it } from 'vitest';
import { RecentSpeech } from '../src/recent-speech.ts';
import { joined, rate, silence, speech } from './support/audio.ts';
import { LoudDetector } from './support/loud-detector.ts';
import { collect, failureOf, simulate, textsOf, write } from './support/simulated.ts';

const createDetector = () => new LoudDetector();
const never = new Promise<void>(() => undefined);

/** Lets everything happen that waits for nothing from outside. */
async function manyTurns(): Promise<void> {
  for (let turns = 0; turns < 500; turns += 1) await new Promise((resolve) => setImmediate(resolve));
}

/** Writes by the second until it is over, and says how far it has come. */
function writing(
  session: { write(samples: Int16Array): Promise<void> | undefined },
  seconds: number,
  second: Int16Array,
) {
  const progress = { seconds: 0 };
  const done = (async () => {
    for (; progress.seconds < seconds; progress.seconds += 1) await session.write(second);
  })();
  return { progress, done };
}

describe('speech that was heard lately', () => {
  it('adds up over pauses, without the quiet around it', () => {
    const recent = new RecentSpeech();
    for (const at of [1, 4, 7]) {
      recent.start(at * rate);
      recent.end((at + 2) * rate);
    }
    expect(recent.since(0, 10 * rate)).toBe(3 * 1.5 * rate);
    expect(recent.since(4 * rate, 10 * rate)).toBe(2 * 1.5 * rate);
    recent.start(10 * rate);
    expect(recent.since(4 * rate, 12 * rate)).toBe(3 * 1.5 * rate);
  });

  it('is forgotten after 45 s, and so are clicks at once', () => {
    const recent = new RecentSpeech();
    recent.start(0);
    recent.end(5 * rate);
    for (let at = 10; at < 20; at += 1) {
      recent.start(at * rate);
      recent.end((at + 0.5) * rate);
    }
    expect(recent.since(0, 30 * rate)).toBe(4.5 * rate);
    expect(recent.since(0, 50 * rate)).toBe(0);
  });
});

describe('a service that has gone deaf, and answers pings', () => {
  const utterance = joined(speech(1_500), silence(800));

  it('is given up for utterances that are short', async () => {
    const clock = new ManualClock();
    const { simulator, open } = await simulate(
      { faults: [{ kind: 'stall', at: { samples: 1 } }] },
      { clock, createDetector },
    );
    const session = await open();
    const failure = failureOf(session);
    // Deaf before it could say that it hears somebody speak.
    const quiet = silence(100);
    await write(session, quiet);
    await (await simulator.connection(0)).heardAtLeast(quiet.length);
    for (let count = 0; count < 5; count += 1) await write(session, utterance);
    await (await simulator.connection(0)).heardAtLeast(quiet.length + 5 * utterance.length);
    await clock.untilWaiting();
    clock.advance(36_000);
    expect(await failure).toMatchObject({ code: 'engine_timeout', message: expect.stringContaining('speech') });
  });

  it('in an utterance, is asked for its text in the next pause, and given up without', async () => {
    const clock = new ManualClock();
    const { simulator, open } = await simulate(
      { faults: [{ kind: 'stall', at: { speechStarted: 0 } }] },
      { clock, createDetector },
    );
    const session = await open();
    const failure = failureOf(session);
    const connection = await simulator.connection(0);
    await write(session, speech(500));
    await connection.sent('input_audio_buffer.speech_started');
    await manyTurns();
    clock.advance(14_000);
    await write(session, utterance);
    await connection.heardAtLeast(0.5 * rate + utterance.length);
    expect(connection.clientEvents.map(({ type }) => type)).not.toContain('input_audio_buffer.commit');
    clock.advance(1_000);
    await write(session, silence(100));
    await connection.received('input_audio_buffer.commit');
    for (const ms of [5_000, 31_000]) {
      await clock.untilWaiting();
      clock.advance(ms);
    }
    expect(await failure).toMatchObject({ code: 'engine_timeout', message: expect.stringContaining('text') });
  });

  it('is not suspected while it goes on: an utterance that is long and has pauses stays one', async () => {
    const { simulator, open } = await simulate({ script: ['all of it'] }, { clock: new ManualClock(), createDetector });
    const session = await open({ turns: { kind: 'server_vad', silenceDurationMs: 2_000 } });
    const events = collect(session);
    for (let count = 0; count < 10; count += 1) await write(session, utterance);
    await session.finish();
    expect(textsOf(await events)).toEqual(['all of it']);
    const commits = (await simulator.connection(0)).clientEvents.filter(({ type }) => type.endsWith('commit'));
    expect(commits).toHaveLength(1);
  });
});

describe('audio that would be lost with the connection', () => {
  it('is no more than 20 s on the way to a service that does not read', async () => {
    let release: () => void = () => undefined;
    const until = new Promise<void>((resolve) => {
      release = resolve;
    });
    const { simulator, open } = await simulate({ faults: [{ kind: 'stop_reading', at: { samples: 1 }, until }] });
    const session = await open();
    const { progress, done } = writing(session, 40, silence(1_000));
    await (await simulator.connection(0)).heardAtLeast(1);
    await manyTurns();
    expect(progress.seconds).toBeGreaterThan(10);
    expect(progress.seconds).toBeLessThan(25);
    release();
    await done;
  });

  it('is no more than 20 s after what the service owes', async () => {
    const { simulator, open } = await simulate({
      script: ['one', 'two'],
      faults: [{ kind: 'hold_item', item: 0, part: 'completion', until: never }],
    });
    const ending = new AbortController();
    const session = await open({}, ending.signal);
    const failure = failureOf(session);
    await write(session, joined(speech(1_000), silence(1_000)));
    await (await simulator.connection(0)).sent('input_audio_buffer.committed');
    const { progress, done } = writing(session, 40, silence(1_000));
    await manyTurns();
    expect(progress.seconds).toBeGreaterThan(10);
    expect(progress.seconds).toBeLessThan(25);
    ending.abort(new Error('Enough.'));
    await done;
    expect(await failure).toMatchObject({ message: 'Enough.' });
  });

  it('is welcome again as soon as the service has paid what it owes', async () => {
    let release: () => void = () => undefined;
    const until = new Promise<void>((resolve) => {
      release = resolve;
    });
    const { simulator, open } = await simulate({
      script: ['one'],
      faults: [{ kind: 'hold_item', item: 0, part: 'completion', until }],
    });
    const session = await open();
    const events = collect(session);
    await write(session, joined(speech(1_000), silence(1_000)));
    const connection = await simulator.connection(0);
    await connection.sent('input_audio_buffer.committed');
    const { progress, done } = writing(session, 40, silence(1_000));
    await manyTurns();
    expect(progress.seconds).toBeLessThan(25);
    release();
    await done;
    await connection.heardAtLeast(42 * rate);
    await session.finish();
    expect(textsOf(await events)).toEqual(['one']);
  });
});
