import { getEventListeners } from 'node:events';
import type { SimulatorFault } from '@live-transcribe/realtime-simulator';
import { describe, expect, it } from 'vitest';
import { speech } from './support/audio.ts';
import { collect, failureOf, simulate, write } from './support/simulated.ts';

const enough = new Error('Enough.');

describe('an aborted signal', () => {
  const stalls: readonly SimulatorFault[] = [
    { kind: 'stall_secret' },
    { kind: 'stall_upgrade' },
    { kind: 'stall', at: 'opened' },
    { kind: 'stall', at: 'created' },
  ];
  it.each(stalls)('ends an attempt to open: $kind', async (fault) => {
    const { simulator, open } = await simulate({ faults: [fault] });
    const ending = new AbortController();
    const opening = open({}, ending.signal);
    const told = expect(opening).rejects.toBe(enough);
    await simulator.happened(fault.kind);
    ending.abort(enough);
    await told;
    expect(getEventListeners(ending.signal, 'abort')).toEqual([]);
  });

  it('before the attempt leaves the service alone', async () => {
    const { simulator, open } = await simulate();
    await expect(open({}, AbortSignal.abort(enough))).rejects.toBe(enough);
    expect(simulator.secretRequests).toEqual([]);
  });

  it('ends a session and frees its socket', async () => {
    const { simulator, open } = await simulate();
    const ending = new AbortController();
    const session = await open({}, ending.signal);
    const failure = failureOf(session);
    await write(session, speech(300));
    ending.abort(enough);
    expect(await failure).toBe(enough);
    expect((await (await simulator.connection(0)).closed).code).toBe(1006);
    await session.write(speech(300));
    await session.finish();
    await expect.poll(() => getEventListeners(ending.signal, 'abort')).toEqual([]);
  });

  it('ends a session that waits for its last texts', async () => {
    const { simulator, open } = await simulate({ faults: [{ kind: 'stall', at: { samples: 1 } }] });
    const ending = new AbortController();
    const session = await open({}, ending.signal);
    const failure = failureOf(session);
    await session.write(speech(300));
    await session.finish();
    await (await simulator.connection(0)).received('input_audio_buffer.commit');
    ending.abort(enough);
    expect(await failure).toBe(enough);
  });

  it('of one session leaves another alone, and the end of a session leaves no listener', async () => {
    const { open } = await simulate();
    const [ending, lasting] = [new AbortController(), new AbortController()];
    const [ended, lasts] = await Promise.all([open({}, ending.signal), open({}, lasting.signal)]);
    const failure = failureOf(ended);
    const events = collect(lasts);
    ending.abort(enough);
    await failure;
    await write(lasts, speech(300));
    await lasts.finish();
    expect((await events).map(({ kind }) => kind)).toContain('utterance');
    await expect.poll(() => getEventListeners(lasting.signal, 'abort')).toEqual([]);
  });
});

describe('the end of the engine', () => {
  it('ends what is open and what is being opened, and opens nothing more', async () => {
    const { simulator, engine, open } = await simulate();
    const session = await open();
    const failure = failureOf(session);
    simulator.addFault({ kind: 'stall', at: 'opened' });
    const opening = expect(open()).rejects.toMatchObject({ code: 'engine_lost', retryable: false });
    await simulator.connection(1);
    await engine.close();
    await opening;
    expect(await failure).toMatchObject({ name: 'EngineError', code: 'engine_lost' });
    await expect(open()).rejects.toMatchObject({ code: 'engine_lost', retryable: false });
  });
});
