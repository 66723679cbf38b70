import { Session, type SessionEvent } from '@live-transcribe/core';
import type { SimulatorFault } from '@live-transcribe/realtime-simulator';
import { ManualClock } from '@live-transcribe/testkit';
import { describe, expect, it } from 'vitest';
import type { DialectName } from '../src/index.ts';
import { joined, silence, speech } from './support/audio.ts';
import { apiKey, expectNoSecret, recognition, simulate, write } from './support/simulated.ts';

const said = { type: 'invalid_request_error', code: 'invalid_api_key', message: `No ${apiKey}.`, param: null };
/** As the service words it of a secret, or a key, that it does not know. */
const refusal = { status: 401, body: JSON.stringify({ error: said }) } as const;
const refusals: readonly (readonly [string, SimulatorFault])[] = [
  ['expired', { kind: 'expired_secret' }],
  ['not known', { kind: 'refuse_upgrade', ...refusal }],
  ['refused by an event', { kind: 'send_error', at: 'opened', error: said, close: 3_000 }],
];

/** A conversation by way of a session, which reconnects. */
async function converse(dialect: DialectName = 'openai', faults: readonly SimulatorFault[] = []) {
  const texts = ['before', 'after'];
  const script = () => ({ transcript: texts.shift() ?? 'too much' });
  const { simulator, engine } = await simulate({ dialect, script, faults }, { dialect });
  const clock = new ManualClock();
  const { signal } = new AbortController();
  const session = new Session({ id: 's', engine, recognition, clock, random: () => 0.5, signal });
  const reader = session.events()[Symbol.asyncIterator]();
  /** The events up to the first one of this kind, or to the end. */
  const readTo = async (kind: SessionEvent['kind']) => {
    const read: SessionEvent[] = [];
    for (let item = await reader.next(); !item.done; item = await reader.next()) {
      read.push(item.value);
      if (item.value.kind === kind) break;
    }
    return read;
  };
  return { simulator, clock, session, readTo };
}

/** The same, in the middle of its second utterance, as the connection is lost and `fault` is ahead. */
async function losing(fault: SimulatorFault, dialect?: DialectName) {
  const conversation = await converse(dialect);
  const { simulator, session, readTo } = conversation;
  await write(session, joined(speech(600), silence(700)));
  await readTo('covered');
  await write(session, speech(300));
  const connection = await simulator.connection(0);
  await connection.sent('input_audio_buffer.speech_started', 2);
  simulator.addFault(fault);
  connection.terminate();
  return conversation;
}

/** Lets the waits before new attempts pass, until `done`. */
async function letRetriesPass<T>(clock: ManualClock, longestMs: number, done: Promise<T>): Promise<T> {
  const isRetry = (ms: number) => ms <= longestMs;
  let isOver = false;
  const over = done.finally(() => {
    isOver = true;
  });
  while (!isOver) {
    await Promise.race([over, clock.untilWaiting(isRetry)]);
    const due = clock.waiting.filter(isRetry);
    if (due.length > 0) clock.advance(Math.max(...due));
  }
  return over;
}

/** Of the first attempts; the watch of an open connection looks every 5 s. */
const firstWaitsMs = 1_000;

describe('a client secret that is refused although it was just minted', () => {
  it.each(refusals)('in mid-session, %s: the next one is taken, and no word is lost', async (_name, fault) => {
    const { simulator, clock, session, readTo } = await losing(fault);
    const changing = await letRetriesPass(clock, firstWaitsMs, readTo('engine_changed'));
    await write(session, joined(speech(300), silence(700)));
    const finals = await readTo('covered');
    session.finish();
    const events = [...changing, ...finals, ...(await readTo('closed'))];
    // From the end of the first one, at which the service took it to be over, to the pause after the second.
    expect(events.filter(({ kind }) => kind === 'final')).toMatchObject([
      { text: 'after', segment: 1, start: 1_100, end: 2_400 },
    ]);
    expect(events.filter(({ kind }) => kind === 'gap')).toEqual([]);
    expect(events.at(-1)).not.toHaveProperty('error');
    expect(simulator.secretRequests).toHaveLength(3);
  });

  it.each(refusals)('at the beginning, %s: the next one is taken', async (_name, fault) => {
    const { clock, session, readTo } = await converse('openai', [fault]);
    await write(session, joined(speech(600), silence(700)));
    const events = await letRetriesPass(clock, firstWaitsMs, readTo('final'));
    expect(events.at(-1)).toMatchObject({ text: 'before', segment: 0 });
    session.finish();
    expect((await readTo('closed')).at(-1)).not.toHaveProperty('error');
  });

  it('for ever: is not tried for ever', async () => {
    const { simulator, clock, readTo } = await losing({ kind: 'expired_secret', times: 1_000 });
    const events = await letRetriesPass(clock, 8_000, readTo('closed'));
    const fault = { code: 'engine_unreachable', message: expect.stringContaining('secret') };
    expect(events.at(-1)).toMatchObject({ error: fault });
    expect(simulator.secretRequests).toHaveLength(9);
    expectNoSecret(events);
  });
});

describe('a key that is refused when a connection is to be replaced', () => {
  it.each([
    ['at the minting', 'openai', { kind: 'refuse_secret', ...refusal }],
    ['where it opens the session itself', 'azure', { kind: 'refuse_upgrade', ...refusal }],
    ['by a server of one’s own', 'plain', { kind: 'refuse_upgrade', ...refusal }],
    ['by an event', 'azure', { kind: 'send_error', at: 'opened', error: said, close: 3_000 }],
  ] as const)('%s ends the session', async (_name, dialect, fault) => {
    const { simulator, clock, readTo } = await losing(fault, dialect);
    const events = await letRetriesPass(clock, firstWaitsMs, readTo('closed'));
    expect(events.at(-1)).toMatchObject({ error: { code: 'engine_auth' } });
    expect(events).toContainEqual(expect.objectContaining({ kind: 'gap' }));
    expectNoSecret(events);
    expect(simulator.connections.size).toBe(fault.kind === 'send_error' ? 2 : 1);
  });
});
