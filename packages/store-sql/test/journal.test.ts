import { appendFileSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Seq, SessionStore } from '@live-transcribe/core';
import { StoreError } from '@live-transcribe/core';
import { describeStoreContract, describeWith, ManualClock } from '@live-transcribe/testkit';
import { describe, expect, it, onTestFinished } from 'vitest';
import { type JournaledStoreOptions, openJournaledStore, openPostgresStore, openSqliteStore } from '../src/index.ts';
import { testFolder } from './folder.ts';
import { postgresMissing, postgresSchema } from './postgres.ts';
import { Proxy } from './proxy.ts';
import { closed, final, keptEvents, newSession, opened, texts } from './speech.ts';

describeStoreContract('SQLite behind a journal', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'live-transcribe-store-'));
  let servers = 0;
  return {
    open: async () =>
      openJournaledStore({
        store: await openSqliteStore({ file: join(folder, 'sessions.db') }),
        folder: join(folder, `server-${++servers}`),
        warn: () => undefined,
      }),
    dispose: async () => rmSync(folder, { recursive: true }),
  };
});

/** A database that can be taken away, for all that is asked of it or for some methods. */
class Outage {
  isDown: boolean | ((method: string) => boolean) = false;

  /** Says so where it is down. */
  check(method: string): void {
    const isDown = typeof this.isDown === 'function' ? this.isDown(method) : this.isDown;
    if (isDown) throw new StoreError('store_unavailable', 'It is down.');
  }
}

/** A store behind an outage; closing it leaves the database open for the next one. */
function behind(outage: Outage, store: SessionStore): SessionStore {
  return new globalThis.Proxy(store, {
    get: (_, name) => {
      const method: unknown = Reflect.get(store, name);
      if (name === 'close' || typeof method !== 'function') return async () => undefined;
      return async (...parameters: unknown[]) => {
        outage.check(String(name));
        const answer: unknown = await Reflect.apply(method, store, parameters);
        // It may have gone away before it could answer.
        outage.check(`${String(name)}, answered`);
        return answer;
      };
    },
  });
}

async function setup(options: Partial<JournaledStoreOptions> = {}) {
  const folder = testFolder();
  const clock = new ManualClock();
  const outage = new Outage();
  const warnings: string[] = [];
  const database = await openSqliteStore({ file: join(folder, 'sessions.db') });
  onTestFinished(() => database.close());
  const open = async () => {
    const store = await openJournaledStore({
      store: behind(outage, database),
      folder,
      clock,
      random: () => 1,
      warn: (message) => warnings.push(message),
      ...options,
    });
    onTestFinished(() => store.close());
    return store;
  };
  /** The database is there again, and has what the journal has. */
  const recover = async (store: SessionStore) => {
    outage.isDown = false;
    await expect
      .poll(async () => {
        clock.advance(10_000);
        return store.readiness();
      })
      .toEqual({ ready: true });
  };
  return { open, recover, clock, outage, warnings, database, folder, journal: join(folder, 'journal.jsonl') };
}

describe('a store behind a journal', () => {
  it('takes what is said while the database is away, and hands it over in order', async () => {
    const { open, recover, outage, warnings, database, journal } = await setup();
    const store = await open();
    const before = await store.create(newSession('before'));
    await store.append(before, [opened('before'), final(2, 'one')]);
    outage.isDown = true;
    await store.append(before, [final(3, 'two')]);
    const during = await store.create(newSession('during'));
    await store.append(during, [opened('during'), final(2, 'uno')]);
    await Promise.all([4, 5, 6, 7].map((seq) => store.append(before, [final(seq, `${seq}`)])));
    expect(await store.readiness()).toEqual({
      ready: false,
      reason: 'The database has to catch up (2 KiB in the journal): It is down.',
    });
    expect(texts(await keptEvents(database, 'before'))).toEqual(['one']);
    await recover(store);
    expect(texts(await keptEvents(database, 'before'))).toEqual(['one', 'two', '4', '5', '6', '7']);
    expect(texts(await keptEvents(database, 'during'))).toEqual(['uno']);
    await store.append(during, [final(3, 'dos'), closed(4)]);
    expect(await store.find('during')).toMatchObject({ state: 'closed', seq: 4 });
    expect(warnings).toEqual([
      'Transcripts go to the journal: It is down.',
      'The database has all that was in the journal.',
    ]);
    expect(statSync(journal).size).toBe(0);
  });

  it('does not lose what the database took without being able to say so', async () => {
    const { open, recover, outage, database } = await setup();
    const store = await open();
    const claim = await store.create(newSession('unsure'));
    const appending = store.append(claim, [opened('unsure'), final(2, 'one')]);
    outage.isDown = true;
    await appending;
    await store.append(claim, [final(3, 'two')]);
    await recover(store);
    expect(texts(await keptEvents(database, 'unsure'))).toEqual(['one', 'two']);
  });

  it('hands over what an earlier process has left, and not what it was just writing', async () => {
    const { open, recover, outage, database, journal } = await setup();
    outage.isDown = true;
    const first = await open();
    const claim = await first.create(newSession('left'));
    await first.append(claim, [opened('left'), final(2, 'kept')]);
    await first.close();
    appendFileSync(journal, '{"kind":"append","claim":{"session":"left","epoch":0},"events":[{"seq":3,"kin');
    const second = await open();
    expect(await second.readiness()).toMatchObject({ ready: false });
    const next = await second.create(newSession('next'));
    await second.append(next, [opened('next')]);
    await recover(second);
    expect(texts(await keptEvents(database, 'left'))).toEqual(['kept']);
    expect(await keptEvents(database, 'next')).toHaveLength(1);
  });

  it('leaves a session alone that another server has taken over meanwhile', async () => {
    const { open, recover, outage, warnings, database } = await setup();
    const store = await open();
    const claim = await store.create(newSession('moved'));
    await store.append(claim, [opened('moved')]);
    outage.isDown = true;
    await store.append(claim, [final(2, 'by the old owner')]);
    const taken = await database.claim('moved');
    if (taken) await database.append(taken.claim, [final(2, 'by the new owner')]);
    await recover(store);
    expect(texts(await keptEvents(database, 'moved'))).toEqual(['by the new owner']);
    expect(warnings[1]).toMatch(/does not take what the journal has of session moved: .*taken over/);
    await expect(store.append(claim, [final(3, 'more')])).rejects.toMatchObject({ code: 'store_fenced' });
    if (taken) await database.append(taken.claim, [final(3, 'on')]);
  });

  it('does not claim a session again that it has created before its process ended', async () => {
    const { open, recover, clock, outage, warnings, database } = await setup();
    outage.isDown = true;
    const first = await open();
    const claim = await first.create(newSession('made'));
    await first.append(claim, [opened('made'), final(2, 'one')]);
    outage.isDown = (method) => method === 'append';
    await expect
      .poll(async () => {
        clock.advance(10_000);
        return database.find('made');
      })
      .toBeDefined();
    await first.close();
    const taken = await database.claim('made');
    const second = await open();
    await recover(second);
    expect(warnings.at(-2)).toMatch(/does not take what the journal has of session made/);
    expect(taken).toBeDefined();
    if (taken) await database.append(taken.claim, [opened('made'), final(2, 'by the new owner')]);
    expect(texts(await keptEvents(database, 'made'))).toEqual(['by the new owner']);
  });

  it('keeps the order where the database is back between two events', async () => {
    const { open, recover, outage, database } = await setup();
    const store = await open();
    const claim = await store.create(newSession('order'));
    await store.append(claim, [opened('order')]);
    let failures = 1;
    outage.isDown = (method) => method === 'append' && failures-- > 0;
    await Promise.all([2, 3, 4].map((seq) => store.append(claim, [final(seq, `${seq}`)])));
    await recover(store);
    expect(texts(await keptEvents(database, 'order'))).toEqual(['2', '3', '4']);
  });

  it('hands over what was said twice once', async () => {
    const { open, recover, outage, database } = await setup();
    const store = await open();
    const claim = await store.create(newSession('twice'));
    outage.isDown = true;
    for (const events of [[opened('twice')], [opened('twice'), final(2, 'one')], [final(2, 'one'), final(3, 'two')]])
      await store.append(claim, events);
    await recover(store);
    expect(texts(await keptEvents(database, 'twice'))).toEqual(['one', 'two']);
  });

  it('says so when it is full, and takes more when the database is back', async () => {
    const { open, recover, outage, database } = await setup({ maxBytes: 2_000 });
    const store = await open();
    const claim = await store.create(newSession('full'));
    await store.append(claim, [opened('full')]);
    outage.isDown = true;
    let seq = 2;
    let fault: unknown;
    for (; fault === undefined && seq < 100; seq += 1)
      await store.append(claim, [final(seq, `${seq}`)]).catch((error: unknown) => {
        fault = error;
      });
    expect(fault).toMatchObject({
      code: 'store_unavailable',
      message: expect.stringMatching(/journal\.jsonl is full/),
    });
    expect(seq).toBeGreaterThan(5);
    await recover(store);
    await store.append(claim, [final(seq - 1, 'again')]);
    expect(texts(await keptEvents(database, 'full')).at(-1)).toBe('again');
  });

  it('lets nobody take over or delete a session whose words are still in the journal', async () => {
    const { open, recover, outage } = await setup();
    const store = await open();
    const claim = await store.create(newSession('held'));
    outage.isDown = (method) => method === 'append';
    await store.append(claim, [opened('held')]);
    for (const work of [() => store.claim('held'), () => store.delete('held')])
      await expect(work()).rejects.toMatchObject({ code: 'store_unavailable' });
    await recover(store);
    expect((await store.claim('held'))?.record.seq).toBe(1 as Seq);
    expect(await store.delete('held')).toBe(true);
  });

  it('says so where its file cannot be', async () => {
    const { database } = await setup();
    await expect(openJournaledStore({ store: database, folder: '/dev/null/x', warn: () => undefined })).rejects.toEqual(
      expect.objectContaining({
        code: 'store_unavailable',
        message: expect.stringMatching(/^The journal .* cannot be used: /),
      }),
    );
  });
});

describeWith([postgresMissing], 'PostgreSQL behind a journal', { timeout: 60_000 }, () => {
  it('loses no final of 20 sessions that speak while it goes away again and again', async () => {
    const { url, drop } = await postgresSchema();
    onTestFinished(drop);
    const proxy = await Proxy.to(Number(new URL(url).port));
    onTestFinished(() => proxy.shut());
    const store = await openJournaledStore({
      store: await openPostgresStore({ url: proxy.by(url), answerWithinMs: 1_000 }),
      folder: testFolder(),
      warn: () => undefined,
    });
    onTestFinished(() => store.close());
    let isOver = false;
    const speaking = Array.from({ length: 20 }, async (_, index) => {
      const id = `s${index}`;
      const claim = await store.create(newSession(id));
      await store.append(claim, [opened(id)]);
      let seq = 1;
      for (; !isOver; await new Promise((resolve) => setTimeout(resolve, 20))) {
        seq += 1;
        await store.append(claim, [final(seq, `${seq}`)]);
      }
      await store.append(claim, [closed(seq + 1)]);
      return { id, said: seq + 1 };
    });
    onTestFinished(() => {
      isOver = true;
    });
    for (let round = 0; round < 3; round += 1) {
      await proxy.shut();
      await expect.poll(() => store.readiness(), { timeout: 20_000 }).toMatchObject({ ready: false });
      await proxy.open();
      await expect.poll(() => store.readiness(), { timeout: 20_000 }).toEqual({ ready: true });
    }
    isOver = true;
    for (const { id, said } of await Promise.all(speaking)) {
      expect(await keptEvents(store, id)).toHaveLength(said);
      expect(await store.find(id)).toMatchObject({ state: 'closed', seq: said });
    }
  });
});
