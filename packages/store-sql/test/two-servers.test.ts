import { join } from 'node:path';
import { type Clock, systemClock } from '@live-transcribe/core';
import { ManualClock } from '@live-transcribe/testkit';
import { describe, expect, it, onTestFinished } from 'vitest';
import { openSqliteStore } from '../src/index.ts';
import { sqliteLibrary } from '../src/sqlite/library.ts';
import { testFolder } from './folder.ts';
import { ServerProcess } from './server-process.ts';
import { final, keptEvents, newSession, opened, texts } from './speech.ts';

function start(file: string, prefix: string, sessions: number): ServerProcess {
  const server = new ServerProcess(file, prefix, sessions);
  onTestFinished(() => server.kill());
  return server;
}

async function open(file: string) {
  const store = await openSqliteStore({ file });
  onTestFinished(() => store.close());
  return store;
}

describe('servers that share a SQLite file', { timeout: 120_000 }, () => {
  it('all work at the same time, from its first moment on', async () => {
    const file = join(testFolder(), 'sessions.db');
    const servers = ['a', 'b'].map((prefix) => start(file, prefix, 4));
    const store = await open(file);
    const claim = await store.create(newSession('here'));
    await store.append(claim, [opened('here')]);
    for (let seq = 2; seq < 100; seq += 1) {
      await store.append(claim, [final(seq, `${seq}`)]);
      await new Promise((resolve) => setImmediate(resolve));
    }
    for (const server of servers) {
      await server.until(() => [...server.kept.values()].filter((seq) => seq >= 50).length === 4);
      await server.kill();
      expect(server.faults).toEqual([]);
      for (const [session, seq] of server.kept)
        expect((await keptEvents(store, session)).length).toBeGreaterThanOrEqual(seq);
    }
    expect(await keptEvents(store, 'here')).toHaveLength(99);
  });

  it('wait for one that is writing, for a bounded time, and do other things meanwhile', async () => {
    const file = join(testFolder(), 'sessions.db');
    const clock = new ManualClock();
    const store = await openSqliteStore({ file, clock });
    onTestFinished(() => store.close());
    const claim = await store.create(newSession('waits'));
    const other = (await sqliteLibrary())(file);
    other.exec('BEGIN IMMEDIATE');
    const first = store.append(claim, [opened('waits')]);
    await clock.untilWaiting();
    other.exec('COMMIT');
    clock.advance(10);
    await first;
    other.exec('BEGIN IMMEDIATE');
    const second = store.append(claim, [final(2, 'Too late.')]);
    const told = expect(second).rejects.toMatchObject({
      code: 'store_unavailable',
      message: expect.stringContaining('another process has held the database for too long'),
    });
    await clock.untilWaiting();
    clock.advance(5_000);
    await told;
    other.exec('COMMIT');
    other.close();
    await store.append(claim, [final(2, 'In time.')]);
    expect(texts(await keptEvents(store, 'waits'))).toEqual(['In time.']);
  });

  it('take sessions over from one that is paused, which learns of it when it wakes up', async () => {
    const file = join(testFolder(), 'sessions.db');
    const store = await openSqliteStore({ file, clock: impatient });
    onTestFinished(() => store.close());
    const server = start(file, 'p', 1);
    await server.until(() => (server.kept.get('p0') ?? 0) > 20);
    const taken = await takeFrom(server, 'p0', () => store.claim('p0'));
    expect(taken).toBeDefined();
    if (!taken) return;
    const { seq } = taken.record;
    await store.append(taken.claim, [final(seq + 1, 'by its successor')]);
    server.signal('SIGCONT');
    await server.until(() => server.fenced.has('p0'));
    const events = await keptEvents(store, 'p0');
    expect(events).toHaveLength(seq + 1);
    expect(events.at(-1)).toMatchObject({ text: 'by its successor' });
    expect(server.kept.get('p0')).toBeLessThanOrEqual(seq);
  });
});

/** The usual clock for whom 5 s are 100 ms. */
const impatient: Clock = { now: () => 50 * systemClock.now(), wait: (ms, signal) => systemClock.wait(ms, signal) };

/** What `work` answers while the server is paused. Where it is paused in the middle of a transaction nobody can write: then again. */
async function takeFrom<T>(server: ServerProcess, session: string, work: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    server.signal('SIGSTOP');
    try {
      return await work();
    } catch (error) {
      if (attempt === 100) throw error;
      const kept = server.kept.get(session) ?? 0;
      server.signal('SIGCONT');
      await server.until(() => (server.kept.get(session) ?? 0) > kept);
    }
  }
}
