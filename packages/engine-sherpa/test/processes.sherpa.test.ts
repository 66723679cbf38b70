import { spawn } from 'node:child_process';
import { once, setMaxListeners } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { childProcesses, collect, recognise, speak } from '@live-transcribe/testkit';
import { afterEach, expect, it, vi } from 'vitest';
import { readModel, type SherpaEngineOptions } from '../src/index.ts';
import { createEngine, describeWithSherpa, finals, options, phrases, spoken, tiny } from './sherpa.ts';

/** A program that has a recogniser, and says its process' id. */
const gatewayOf = (folder: string) => `
  import { createSherpaEngine, readModel } from '@live-transcribe/engine-sherpa';
  import { childProcesses } from '@live-transcribe/testkit';
  const engine = createSherpaEngine({ model: readModel(${JSON.stringify(folder)}), processes: 1, warn: () => undefined });
  await engine.open({ language: 'en', model: '', words: false }, new AbortController().signal);
  console.log(childProcesses()[0]);`;

/** Whoever has ended may wait for its parent to hear of it: that is no running. */
function isRunning(id: number): boolean {
  try {
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${id}/status`, 'utf8'));
  } catch {
    return false;
  }
}

describeWithSherpa('the processes of sherpa', () => {
  const ending = new AbortController();
  // Of all their sessions.
  setMaxListeners(0, ending.signal);
  const engines = new Set<ReturnType<typeof createEngine>>();
  const create = (engineOptions?: Partial<SherpaEngineOptions>) => {
    const engine = createEngine(engineOptions);
    engines.add(engine);
    return engine;
  };
  afterEach(async () => {
    for (const engine of engines) await engine.close();
    engines.clear();
    expect(childProcesses()).toEqual([]);
  });

  it('serve many sessions each, and the one with the fewest gets the next', async () => {
    const engine = create({ processes: 2 });
    const speech = await spoken(phrases.slice(0, 2));
    const sessions = await Promise.all(Array.from({ length: 8 }, () => engine.open(options, ending.signal)));
    expect(childProcesses()).toHaveLength(2);
    const heard = await Promise.all(sessions.map((session) => recognise(session, speech)));
    expect(heard.map(finals)).toEqual(sessions.map(() => phrases.slice(0, 2)));
    const [victim = 0] = childProcesses();
    const more = await Promise.all(Array.from({ length: 4 }, () => engine.open(options, ending.signal)));
    const ends = more.map((session) =>
      collect(session).then(
        () => 'ended',
        () => 'lost',
      ),
    );
    process.kill(victim, 'SIGKILL');
    await vi.waitUntil(() => !childProcesses().includes(victim));
    for (const session of more) await session.finish();
    expect((await Promise.all(ends)).toSorted()).toEqual(['ended', 'ended', 'lost', 'lost']);
  });

  it('are replaced when they are killed: a session is told, and the next one works', async () => {
    const engine = create();
    const session = await engine.open(options, ending.signal);
    const told = expect(collect(session)).rejects.toMatchObject({ code: 'engine_lost', retryable: true });
    const speech = await spoken(phrases.slice(0, 1));
    await session.write(speech.subarray(0, 20_000));
    process.kill(childProcesses()[0] ?? 0, 'SIGKILL');
    await told;
    await session.write(speech);
    await vi.waitUntil(() => engine.readiness().ready);
    expect(finals(await recognise(await engine.open(options, ending.signal), speech))).toEqual([phrases[0]]);
  });

  it('are ended when they hang', async () => {
    const session = await create({ patienceMs: 3_000 }).open(options, ending.signal);
    const told = expect(collect(session)).rejects.toMatchObject({ code: 'engine_lost' });
    process.kill(childProcesses()[0] ?? 0, 'SIGSTOP');
    await session.write(new Int16Array(1_600));
    await told;
  });

  it('end with a gateway that is killed', async () => {
    const gateway = spawn(process.execPath, ['--input-type=module', '--eval', gatewayOf(tiny().folder)]);
    const [said] = await once(gateway.stdout, 'data');
    const recogniser = Number(said);
    expect(isRunning(recogniser)).toBe(true);
    gateway.kill('SIGKILL');
    await vi.waitUntil(() => !isRunning(recogniser), { timeout: 10_000 });
  });

  it('take as many sessions as they are allowed, and say so to another', async () => {
    const engine = create({ maxSessions: 2 });
    const [first] = await Promise.all([engine.open(options, ending.signal), engine.open(options, ending.signal)]);
    const reason = expect.stringContaining('2 sessions, which are as many as it can');
    expect(engine.readiness()).toEqual({ ready: false, reason });
    await expect(engine.open(options, ending.signal)).rejects.toMatchObject({ code: 'engine_busy', message: reason });
    const over = collect(first);
    await first.finish();
    await over;
    await engine.open(options, ending.signal);
  });

  it('take as many as their measured speed allows, when nobody says how many', async () => {
    const engine = create();
    const sessions = [];
    let refused: unknown;
    while (refused === undefined && sessions.length < 20_000) {
      await engine.open(options, ending.signal).then(
        (session) => sessions.push(session),
        (error: unknown) => {
          refused = error;
        },
      );
    }
    expect(refused).toMatchObject({ code: 'engine_busy' });
    // The tiny model takes about a thousandth of a core.
    expect(sessions.length).toBeGreaterThan(3);
  });

  it('slow a file down to their pace', async () => {
    const session = await create().open(options, ending.signal);
    const [recogniser = 0] = childProcesses();
    let written = 0;
    const events = collect(session);
    process.kill(recogniser, 'SIGSTOP');
    const writing = (async () => {
      for (let at = 0; at < 20; at += 1) {
        await session.write(new Int16Array(1_600));
        written += 1_600;
      }
    })();
    await vi.waitUntil(() => written >= 16_000);
    for (let turn = 0; turn < 20; turn += 1) await new Promise((resolve) => setImmediate(resolve));
    expect(written).toBe(16_000);
    process.kill(recogniser, 'SIGCONT');
    await writing;
    await session.finish();
    await events;
  });

  it('say what is wrong when a model cannot be loaded, and go on trying without haste', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'live-transcribe-broken-'));
    try {
      // The right first byte, and nothing behind it that makes sense: the library ends its process on it.
      writeFileSync(join(folder, 'model.onnx'), Buffer.from([8, 8, 255, 255]));
      writeFileSync(join(folder, 'tokens.txt'), '<blk> 0\n');
      const files = { model: 'model.onnx', tokens: 'tokens.txt' };
      writeFileSync(join(folder, 'model.json'), JSON.stringify({ kind: 'nemo-ctc', files, languages: ['en'] }));
      const model = readModel(folder);
      if ('invalid' in model) throw new Error(model.invalid);
      const warnings: object[] = [];
      const engine = create({ model, warn: (_message, details) => warnings.push(details) });
      const unavailable = { code: 'engine_unavailable', message: expect.stringContaining('could not load its model') };
      await expect(engine.open(options, ending.signal)).rejects.toMatchObject(unavailable);
      // Also while the next one is being started, which may be at any moment of these.
      while (warnings.length < 2) {
        expect(engine.readiness()).toMatchObject({ ready: false });
        await new Promise((resolve) => setImmediate(resolve));
      }
      expect(warnings[0]).toMatchObject({ said: expect.stringMatching(/\S/), delayMs: 0 });
      expect(warnings[1]).toMatchObject({ delayMs: 500 });
      expect(engine.readiness()).toMatchObject({ ready: false, reason: expect.stringContaining('could not load') });
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('serve files and live sessions together', async () => {
    const engine = create();
    const speech = await speak('three seven', { leadMs: 500, trailMs: 2_000 });
    const files = await Promise.all(Array.from({ length: 3 }, () => engine.open(options, ending.signal)));
    const live = await engine.open(options, ending.signal);
    let done = false;
    const reading = files.map(async (file) => {
      const events = collect(file);
      while (!done) await file.write(speech.subarray(0, 3_200));
      await file.finish();
      return events;
    });
    const heard = await recognise(live, speech);
    done = true;
    expect(finals(heard)).toEqual(['three seven']);
    await Promise.all(reading);
  });
});
