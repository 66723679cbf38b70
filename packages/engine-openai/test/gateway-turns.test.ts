import type { EngineEvent, EngineSession } from '@live-transcribe/core';
import type { SimulatorFault } from '@live-transcribe/realtime-simulator';
import { ManualClock } from '@live-transcribe/testkit';
import { describe, expect, it } from 'vitest';
import type { SpeechEdge, TurnDetector } from '../src/index.ts';
import { joined, rate, silence, speech } from './support/audio.ts';
import { LoudDetector } from './support/loud-detector.ts';
import { collect, simulate, textsOf, write } from './support/simulated.ts';

const createDetector = ({ silenceMs }: { silenceMs?: number }) => new LoudDetector(silenceMs);
const about = (events: readonly { kind: string }[]) => events.filter(({ kind }) => kind === 'utterance');

describe('turns that the gateway takes', () => {
  it.each([100, 37, 200, 1_000])('commits at the end of each utterance, in writes of %i ms', async (ms) => {
    const { simulator, open } = await simulate({ script: ['one', 'two'] }, { createDetector });
    const session = await open({ model: 'gpt-realtime-whisper' });
    const events = collect(session);
    const audio = joined(silence(1_000), speech(1_000), silence(1_500), speech(700), silence(1_000));
    const size = (ms * rate) / 1000;
    for (let at = 0; at < audio.length; at += size) await session.write(audio.subarray(at, at + size));
    const connection = await simulator.connection(0);
    await connection.sent('conversation.item.input_audio_transcription.completed', 2);
    await session.finish();
    expect(about(await events)).toMatchObject([
      { start: 700, end: 2_200, text: 'one' },
      { start: 3_200, end: 4_400, text: 'two' },
    ]);
    await connection.closed;
    // Nothing is held back, and what is said to have ended there is in its item.
    expect(connection.heard).toBe(audio.length);
    const commits = connection.clientEvents.filter(({ type }) => type === 'input_audio_buffer.commit');
    expect(commits).toHaveLength(2);
  });

  it('hears words of a model that streams before the utterance is over', async () => {
    const { open } = await simulate({ script: ['Good day to you'] }, { createDetector });
    const session = await open({ model: 'gpt-realtime-whisper' });
    const reader = session.events[Symbol.asyncIterator]();
    await write(session, joined(silence(400), speech(600)));
    const hypothesis = await reader.next();
    expect(hypothesis.value).toMatchObject({ kind: 'hypothesis', start: 100, text: expect.stringMatching(/^Good/) });
    await session.finish();
    const rest = [];
    for (let item = await reader.next(); !item.done; item = await reader.next()) rest.push(item.value);
    expect(textsOf(rest)).toEqual(['Good day to you']);
  });

  it('commits an utterance that only the client ends, and the rest of it when it does end', async () => {
    const { open } = await simulate({ script: ['one', 'two'] }, { createDetector });
    const session = await open({ turns: { kind: 'gateway_vad', silenceDurationMs: 300 } });
    const events = collect(session);
    await write(session, joined(silence(300), speech(500)));
    await session.commit();
    await write(session, joined(speech(500), silence(400)));
    await session.finish();
    expect(about(await events).slice(0, 2)).toMatchObject([
      { start: 0, end: 800, text: 'one' },
      { start: 800, end: 1_500, text: 'two' },
    ]);
  });

  it('commits nothing by itself where only commits count', async () => {
    const { simulator, open } = await simulate({}, { createDetector });
    const session = await open({ turns: { kind: 'none' } });
    const events = collect(session);
    await write(session, joined(speech(600), silence(900), speech(600), silence(900)));
    await session.finish();
    expect(about(await events)).toMatchObject([{ start: 0, end: 3_000 }]);
    const { clientEvents, closed } = await simulator.connection(0);
    await closed;
    expect(clientEvents.filter(({ type }) => type === 'input_audio_buffer.commit')).toHaveLength(1);
  });
});

describe('silence that a detector is certain of', () => {
  const writeSeconds = async (session: EngineSession, clock: ManualClock, seconds: number) => {
    for (let second = 0; second < seconds; second += 1) {
      await session.write(silence(1_000));
      clock.advance(1_000);
    }
  };
  const settledIn = (events: readonly EngineEvent[]) =>
    events.flatMap((event) => (event.kind === 'settled' ? [event.through] : []));

  it('is settled by the second, less the padding, when the service has had the time to contradict', async () => {
    const clock = new ManualClock();
    const { open } = await simulate({}, { createDetector, clock });
    const session = await open();
    const reading = collect(session);
    await writeSeconds(session, clock, 10);
    await session.finish();
    const settled = settledIn(await reading);
    // Of the 10 s: the last are what is too new, the detector's prefix and the service's.
    expect(settled.at(-1)).toBeGreaterThanOrEqual(6_000);
    expect(settled.at(-1)).toBeLessThanOrEqual(9_000 - 600);
    expect(settled.length).toBeLessThanOrEqual(9);
  });

  it('is not settled as fast as it may come', async () => {
    const { open } = await simulate({}, { createDetector, clock: new ManualClock() });
    const session = await open();
    const events = collect(session);
    await write(session, silence(10_000));
    await session.finish();
    expect(await events).toEqual([]);
  });

  it.each(['owed', 'not yet spoken of'])('is not settled while speech before it is %s', async (what) => {
    const until = new Promise(() => undefined);
    const fault: SimulatorFault =
      what === 'owed' ? { kind: 'hold_item', item: 0, part: 'text', until } : { kind: 'stall', at: { samples: 1 } };
    const clock = new ManualClock();
    const { simulator, open } = await simulate({ faults: [fault] }, { createDetector, clock });
    const ending = new AbortController();
    const session = await open({}, ending.signal);
    await write(session, joined(speech(600), silence(700)));
    await (await simulator.connection(0)).heardAtLeast(1.3 * rate);
    await writeSeconds(session, clock, 8);
    const events: EngineEvent[] = [];
    ending.abort(new Error('Enough.'));
    await expect(
      (async () => {
        for await (const event of session.events) events.push(event);
      })(),
    ).rejects.toThrow('Enough.');
    expect(settledIn(events)).toEqual([]);
  });

  it('goes on being settled after an utterance that was told', async () => {
    const clock = new ManualClock();
    const { open } = await simulate({}, { createDetector, clock });
    const session = await open();
    const reader = session.events[Symbol.asyncIterator]();
    await write(session, joined(speech(600), silence(800)));
    for (let item = await reader.next(); item.value?.kind !== 'settled'; item = await reader.next());
    await writeSeconds(session, clock, 5);
    const next = await reader.next();
    expect(next.value).toMatchObject({ kind: 'settled', through: expect.toSatisfy((ms) => ms > 1_500) });
    await session.clear();
    await session.finish();
  });

  it('is not settled where nobody listens for it', async () => {
    const clock = new ManualClock();
    const { open } = await simulate({}, { clock });
    const session = await open();
    const events = collect(session);
    await writeSeconds(session, clock, 5);
    await session.finish();
    expect(await events).toEqual([]);
  });
});

describe('an utterance that does not end', () => {
  /** Cuts every 30 s, 10 s before that, as a detector does that has found no pause. */
  class Endless implements TurnDetector {
    readonly speaking = true;
    readonly quietThrough = 0;
    #position = 0;
    push(samples: Int16Array): SpeechEdge[] {
      const before = this.#position;
      this.#position += samples.length;
      if (before === 0) return [{ kind: 'started', at: 0 }];
      if (Math.floor(before / (30 * rate)) === Math.floor(this.#position / (30 * rate))) return [];
      const at = this.#position - 10 * rate;
      return [
        { kind: 'ended', at },
        { kind: 'started', at },
      ];
    }
    free(): void {}
  }

  it('is cut where we are, and only when there is too much of it to be replayed', async () => {
    const { open } = await simulate({ script: ['one', 'two'] }, { createDetector: () => new Endless() });
    const session = await open({ model: 'gpt-realtime-whisper' });
    const events = collect(session);
    for (let second = 0; second < 70; second += 1) await session.write(speech(1_000));
    await session.finish();
    // At 30 s the pause is long past and there is time yet; at 60 s there is not.
    expect(about(await events)).toMatchObject([
      { start: 0, end: 59_000, text: 'one' },
      { start: 59_000, end: 70_000, text: 'two' },
    ]);
  });
});
