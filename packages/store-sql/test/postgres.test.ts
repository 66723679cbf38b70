import type { SessionQuery, SessionStore } from '@live-transcribe/core';
import { describeWith } from '@live-transcribe/testkit';
import { describe, expect, it, onTestFinished } from 'vitest';
import { openPostgresStore } from '../src/index.ts';
import { postgresPool } from '../src/postgres/pool.ts';
import { administer, postgresMissing, postgresSchema } from './postgres.ts';
import { Proxy } from './proxy.ts';
import { closed, final, keptEvents, newSession, opened, texts } from './speech.ts';

const answerWithinMs = 1_000;

const unavailable = (sentence: RegExp) =>
  expect.objectContaining({ name: 'StoreError', code: 'store_unavailable', message: expect.stringMatching(sentence) });

/** What `work` throws, and after how many ms. */
async function fault(work: Promise<unknown>): Promise<{ readonly error: unknown; readonly tookMs: number }> {
  const began = performance.now();
  const error: unknown = await work.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  return { error, tookMs: performance.now() - began };
}

async function setup() {
  const { url, name, drop } = await postgresSchema();
  onTestFinished(drop);
  const proxy = await Proxy.to(Number(new URL(url).port));
  onTestFinished(() => proxy.shut());
  return { url, name, proxy };
}

async function open(url: string): Promise<SessionStore> {
  const store = await openPostgresStore({ url, answerWithinMs });
  onTestFinished(() => store.close());
  return store;
}

describeWith([postgresMissing], 'a store in PostgreSQL', { timeout: 30_000 }, () => {
  it('says so where the database is not there, and works when it is back', async () => {
    const { url, proxy } = await setup();
    const store = await open(proxy.by(url));
    const claim = await store.create(newSession('down'));
    await store.append(claim, [opened('down')]);
    await proxy.shut();
    const { error, tookMs } = await fault(store.append(claim, [final(2, 'Lost?')]));
    expect(error).toEqual(unavailable(/^PostgreSQL cannot be used: .*(terminated|ECONNREFUSED|ECONNRESET)/));
    expect(tookMs).toBeLessThan(2.5 * answerWithinMs);
    expect(await store.readiness()).toMatchObject({ ready: false, reason: expect.stringContaining('ECONNREFUSED') });
    await expect(openPostgresStore({ url: proxy.by(url), answerWithinMs })).rejects.toEqual(
      unavailable(/ECONNREFUSED/),
    );
    await proxy.open();
    expect(await store.readiness()).toEqual({ ready: true });
    await store.append(claim, [final(2, 'Kept.')]);
    expect(texts(await keptEvents(store, 'down'))).toEqual(['Kept.']);
  });

  it('says so where the database falls silent, within bounded time, and works when it speaks again', async () => {
    const { url, proxy } = await setup();
    const store = await open(proxy.by(url));
    const claim = await store.create(newSession('silent'));
    await store.append(claim, [opened('silent')]);
    proxy.silence();
    const results = await Promise.all([
      fault(store.append(claim, [final(2, 'Heard?')])),
      fault(store.find('silent')),
      fault(store.claim('silent')),
      ...Array.from({ length: 10 }, () => fault(store.list({ limit: 1 }))),
    ]);
    for (const { error, tookMs } of results) {
      expect(error).toEqual(unavailable(/^PostgreSQL cannot be used: /));
      expect(tookMs).toBeLessThan(2.5 * answerWithinMs);
    }
    await proxy.shut();
    await proxy.open();
    await store.append(claim, [final(2, 'Kept.')]);
    expect(texts(await keptEvents(store, 'silent'))).toEqual(['Kept.']);
  });

  it('does not wait twice where the database falls silent in the middle of a transaction', async () => {
    const { url, proxy } = await setup();
    const store = await open(proxy.by(url));
    const claim = await store.create(newSession('middle'));
    proxy.silence('update "sessions"');
    const { error, tookMs } = await fault(store.claim('middle'));
    expect(error).toEqual(unavailable(/^PostgreSQL cannot be used: /));
    expect(tookMs).toBeLessThan(2.5 * answerWithinMs);
    await proxy.shut();
    await proxy.open();
    await store.append(claim, [opened('middle')]);
  });

  it('lets go of what it holds where it stands still in the middle of a transaction', async () => {
    const { url } = await setup();
    const [paused, successor] = [200, 5_000].map((answerMs) => postgresPool(url, { connectMs: 5_000, answerMs }));
    const [first, second] = [await paused?.connect(), await successor?.connect()];
    await first?.query('BEGIN', []);
    await first?.query('SELECT pg_advisory_xact_lock($1)', [42]);
    await second?.query('SELECT pg_advisory_xact_lock($1)', [42]);
    await expect(first?.query('SELECT 1', [])).rejects.toThrow(/idle-in-transaction|terminated/);
    first?.release();
    second?.release();
    await paused?.end();
    await successor?.end();
  });

  it('survives the end of its connections', async () => {
    const { url, name } = await setup();
    const store = await open(url);
    const claim = await store.create(newSession('ended'));
    await store.append(claim, [opened('ended')]);
    let seq = 2;
    for (let round = 0; round < 5; round += 1) {
      await administer(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = '${name}'`);
      // The first attempt may meet a connection that is gone; the second one gets another.
      for (let attempt = 0; (await fault(store.append(claim, [final(seq, `${seq}`)]))).error; attempt += 1)
        expect(attempt).toBeLessThan(3);
      seq += 1;
    }
    expect(texts(await keptEvents(store, 'ended'))).toEqual(['2', '3', '4', '5', '6']);
  });

  it('is refused where a newer program has made it', async () => {
    const { url, name } = await setup();
    await (await openPostgresStore({ url })).close();
    await administer(`UPDATE ${name}.store SET version = 99`);
    await expect(openPostgresStore({ url })).rejects.toEqual(
      unavailable(/has version 99 and this program knows versions up to 2/),
    );
  });

  it('keeps what others say beside something that it cannot take', async () => {
    const { url } = await setup();
    const store = await open(url);
    const claims = await Promise.all(['a', 'b', 'c'].map((id) => store.create(newSession(id))));
    const results = await Promise.allSettled(
      claims.map((claim) =>
        store.append(claim.session === 'b' ? { ...claim, epoch: 1.5 } : claim, [opened(claim.session)]),
      ),
    );
    expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect(results[1]).toMatchObject({ reason: { code: 'store_unavailable', retryable: false } });
  });

  it('finds the beginning of a word whatever language the database sorts by', async () => {
    const name = `store_icu_${process.pid}`;
    await administer(`CREATE DATABASE ${name} TEMPLATE template0 LOCALE_PROVIDER icu ICU_LOCALE 'en'`);
    try {
      const { url } = await setup();
      const store = await openPostgresStore({ url: Object.assign(new URL(url), { pathname: name, search: '' }).href });
      const claim = await store.create(newSession('icu'));
      await store.append(claim, [opened('icu'), final(2, 'Ångström')]);
      const found = async (text: string) => (await store.list({ limit: 1, text })).sessions.length;
      expect([await found('ångs'), await found('angs'), await found('ångströms')]).toEqual([1, 0, 0]);
      await store.append(claim, [closed(3)]);
      expect([await found('ångs'), await found('angs'), await found('ångströms')]).toEqual([1, 0, 0]);
      await store.close();
    } finally {
      await administer(`DROP DATABASE ${name} WITH (FORCE)`);
    }
  });

  it('finds what was said long ago, behind thousands of other sessions', async () => {
    const { url, name } = await setup();
    const store = await open(url);
    const starts = [1_000, 2_000, 3_000];
    for (const startedAt of starts) {
      const id = `old-${startedAt}`;
      await store.append(await store.create(newSession(id, startedAt)), [opened(id), final(2, 'A needle'), closed(3)]);
    }
    await administer(`INSERT INTO ${name}.sessions
      SELECT 1000000000 + n, 'hay-' || n, 1000000, '{"model":"m","words":true}', 1, '', 'closed', 1, 1, 3, 1, 1, 1, '', 'en'
      FROM generate_series(1, 10000) AS n`);
    await administer(
      `INSERT INTO ${name}.search SELECT 1000000000 + n, 'hay'::tsvector FROM generate_series(1, 10000) AS n`,
    );
    const ids = async (query: Omit<SessionQuery, 'limit'>) =>
      (await store.list({ limit: 50, text: 'needle', ...query })).sessions.map(({ id }) => id);
    expect(await ids({})).toEqual(['old-3000', 'old-2000', 'old-1000']);
    expect(await ids({ from: 2_000 })).toEqual(['old-3000', 'old-2000']);
    expect(await ids({ to: 3_000 })).toEqual(['old-2000', 'old-1000']);
    const { next } = await store.list({ limit: 1, text: 'needle' });
    expect(await ids(next === undefined ? {} : { cursor: next })).toEqual(['old-2000', 'old-1000']);
    expect((await store.list({ limit: 200, text: 'hay' })).sessions).toHaveLength(200);
  });

  it('is made once where several servers start at the same moment', async () => {
    const { url } = await setup();
    const stores = await Promise.all(Array.from({ length: 4 }, () => open(url)));
    for (const [index, store] of stores.entries()) await store.create(newSession(`s${index}`));
    expect((await stores[0]?.list({ limit: 10 }))?.sessions).toHaveLength(4);
  });
});

describe('the address of a PostgreSQL database', () => {
  it.each(['', 'localhost/test', 'http://localhost/', 'mysql://u:secret@h/d', 'postgres://u:secret@h:port/d'])(
    'is refused without being shown: %s',
    async (url) => {
      const { error } = await fault(openPostgresStore({ url }));
      expect(error).toEqual(unavailable(/is not of the form postgres:/));
      expect(error).not.toHaveProperty('cause');
    },
  );
});
