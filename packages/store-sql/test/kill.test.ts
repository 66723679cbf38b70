import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import type { SessionStore } from '@live-transcribe/core';
import { seeded } from '@live-transcribe/testkit';
import { describe, expect, it } from 'vitest';
import { openSqliteStore } from '../src/index.ts';
import { sqliteLibrary } from '../src/sqlite/library.ts';
import { testFolder } from './folder.ts';
import { ServerProcess } from './server-process.ts';
import { keptEvents } from './speech.ts';

const rounds = 50;

describe('a server that is killed in the middle of speech', () => {
  it(`loses nothing that it was told is kept, ${2 * rounds} times`, { timeout: 600_000 }, async () => {
    // Two files: one server starts while the other one is killed.
    const files = ['a.db', 'b.db'].map((name) => join(testFolder(), name));
    await Promise.all(files.map((file, seed) => killAgainAndAgain(file, seed + 1)));
  });
});

async function killAgainAndAgain(file: string, seed: number): Promise<void> {
  const random = seeded(seed);
  const told = new Map<string, number>();
  for (let round = 0; round < rounds; round += 1) {
    const server = new ServerProcess(file, `r${round}-`, 6);
    await server.until(() => server.kept.size > 0);
    // A wait of chance is what is tested.
    await wait(random() * 120);
    await server.kill();
    expect(server.faults).toEqual([]);
    for (const [session, seq] of server.kept) told.set(session, seq);
  }
  expect(told.size).toBeGreaterThan(rounds);
  const store = await openSqliteStore({ file });
  await expectKept(store, told);
  await store.close();
  const database = (await sqliteLibrary())(file);
  expect(database.all('PRAGMA integrity_check', [])).toEqual([{ integrity_check: 'ok' }]);
  database.exec("INSERT INTO search (search) VALUES ('integrity-check')");
  database.close();
}

async function expectKept(store: SessionStore, told: ReadonlyMap<string, number>): Promise<void> {
  const found = new Set(await idsSaying(store, 'words number2'));
  for (const [session, seq] of told) {
    const events = await keptEvents(store, session);
    expect(events.length).toBeGreaterThanOrEqual(seq);
    expect(await store.find(session)).toMatchObject({ seq: events.length });
    expect(found.has(session)).toBe(events.length >= 2);
  }
}

/** The sessions that a search finds. */
async function idsSaying(store: SessionStore, text: string): Promise<string[]> {
  const ids: string[] = [];
  let cursor: string | undefined;
  do {
    const page = await store.list({ text, limit: 200, ...(cursor !== undefined && { cursor }) });
    ids.push(...page.sessions.map(({ id }) => id));
    cursor = page.next;
  } while (cursor !== undefined);
  return ids;
}
