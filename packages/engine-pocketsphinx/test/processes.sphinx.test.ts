import { childProcesses, collect, recognise, speak } from '@live-transcribe/testkit';
import { afterEach, expect, it, vi } from 'vitest';
import { createEngine, describeWithSphinx, finals, options } from './sphinx.ts';

/** The decoders' processes: this one has no other children. */
const decoders = childProcesses;

describeWithSphinx('the processes of pocketsphinx', () => {
  const ending = new AbortController();
  const engines = new Set<ReturnType<typeof createEngine>>();
  const create = (engineOptions?: Parameters<typeof createEngine>[0]) => {
    const engine = createEngine(engineOptions);
    engines.add(engine);
    return engine;
  };
  afterEach(async () => {
    for (const engine of engines) await engine.close();
    engines.clear();
    expect(decoders()).toEqual([]);
  });

  it('are bounded, and a client is told clearly when there is no room', async () => {
    const engine = create({ maxDecoders: 2 });
    const first = await engine.open(options, ending.signal);
    await engine.open(options, ending.signal);
    expect(engine.readiness()).toEqual({
      ready: false,
      reason: expect.stringContaining('All 2 recognisers are in use'),
    });
    await expect(engine.open(options, ending.signal)).rejects.toMatchObject({ code: 'engine_busy' });
    expect(decoders()).toHaveLength(2);
    const over = collect(first);
    await first.finish();
    await over;
    await vi.waitUntil(() => engine.readiness().ready);
    await engine.open(options, ending.signal);
  });

  it('die alone: a decoder killed in mid-utterance ends its recognition, and the next one works', async () => {
    const engine = create();
    const session = await engine.open(options, ending.signal);
    const bystander = await engine.open(options, ending.signal);
    const [victim] = decoders();
    const told = expect(collect(session)).rejects.toMatchObject({ code: 'engine_lost', retryable: true });
    const speech = await speak('the children are playing in the garden', { leadMs: 500, trailMs: 1_000 });
    await session.write(speech.subarray(0, 20_000));
    process.kill(victim ?? 0, 'SIGKILL');
    await told;
    await session.write(speech);
    expect(finals(await recognise(bystander, speech))).toHaveLength(1);
    expect(finals(await recognise(await engine.open(options, ending.signal), speech))).toHaveLength(1);
  });

  it('are ended when they hang', async () => {
    const engine = create({ patienceMs: 3_000 });
    const session = await engine.open(options, ending.signal);
    const [victim] = decoders();
    const told = expect(collect(session)).rejects.toMatchObject({ code: 'engine_lost' });
    process.kill(victim ?? 0, 'SIGSTOP');
    await session.write(new Int16Array(1_600));
    await told;
  });

  it('have their patience counted from the question, not from the answer before it', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    try {
      const session = await create({ patienceMs: 10_000 }).open(options, ending.signal);
      const [decoder] = decoders();
      const events = collect(session);
      // More than may be on its way at once: resolved by the answer.
      await session.write(new Int16Array(32_000));
      vi.advanceTimersByTime(9_900);
      process.kill(decoder ?? 0, 'SIGSTOP');
      await session.write(new Int16Array(1_600));
      vi.advanceTimersByTime(200);
      process.kill(decoder ?? 0, 'SIGCONT');
      await session.finish();
      await events;
    } finally {
      vi.useRealTimers();
    }
  });

  it('end when their recognition does, by its signal too', async () => {
    const engine = create({ maxDecoders: 1 });
    for (let round = 0; round < 3; round += 1) {
      const leaving = new AbortController();
      await vi.waitUntil(() => engine.readiness().ready);
      const session = await engine.open(options, leaving.signal);
      const told = expect(collect(session)).rejects.toThrow('Gone.');
      leaving.abort(new Error('Gone.'));
      await told;
    }
  });

  it('slow a file down to the decoder’s pace', async () => {
    const engine = create();
    const session = await engine.open(options, ending.signal);
    const [decoder] = decoders();
    let written = 0;
    const events = collect(session);
    process.kill(decoder ?? 0, 'SIGSTOP');
    const writing = (async () => {
      for (let at = 0; at < 20; at += 1) {
        await session.write(new Int16Array(1_600));
        written += 1_600;
      }
    })();
    await vi.waitUntil(() => written >= 16_000);
    for (let turn = 0; turn < 20; turn += 1) await new Promise((resolve) => setImmediate(resolve));
    expect(written).toBe(16_000);
    process.kill(decoder ?? 0, 'SIGCONT');
    await writing;
    await session.finish();
    await events;
  });

  it('are told of by a clear error when the model is not there', async () => {
    const engine = create({ files: { library: '/usr/lib/nowhere.so', modelFolder: '/nowhere' } });
    await expect(engine.open(options, ending.signal)).rejects.toMatchObject({ code: 'engine_unavailable' });
  });
});
