import { join } from 'node:path';
import type { SessionStore } from '@live-transcribe/core';
import { describeWith } from '@live-transcribe/testkit';
import { expect, it, onTestFinished } from 'vitest';
import { openPostgresStore, openSqliteStore } from '../src/index.ts';
import { sqliteLibrary } from '../src/sqlite/library.ts';
import { testFolder } from './folder.ts';
import { administer, postgresMissing, postgresSchema } from './postgres.ts';
import { closed, newSession, opened } from './speech.ts';

const minuteMs = 60_000;

interface Shared {
  /** Another server that has the same database, and a clock of its own. */
  open(now: () => number): Promise<SessionStore>;
  /** Makes it one of the first version. */
  age(): Promise<void>;
}

async function inFile(): Promise<Shared> {
  const file = join(testFolder(), 'sessions.db');
  const age = async () => {
    const database = (await sqliteLibrary())(file);
    for (const statement of ageing('')) database.exec(statement);
    database.close();
  };
  return { open: (now) => openSqliteStore({ file, now }), age };
}

async function inPostgres(): Promise<Shared> {
  const { url, name, drop } = await postgresSchema();
  onTestFinished(drop);
  const age = async () => {
    for (const statement of ageing(`${name}.`)) await administer(statement);
  };
  return { open: (now) => openPostgresStore({ url, now }), age };
}

const ageing = (schema: string) => [
  `ALTER TABLE ${schema}sessions DROP COLUMN owner`,
  `DROP TABLE ${schema}servers`,
  `UPDATE ${schema}store SET version = 1`,
];

describeWith([postgresMissing], 'PostgreSQL', {}, () => itKnowsOwners(inPostgres));
describeWith([], 'SQLite', {}, () => itKnowsOwners(inFile));

function itKnowsOwners(share: () => Promise<Shared>): void {
  /** Two servers, and who is listed where. */
  const pair = async () => {
    const shared = await share();
    let now = Date.now();
    const open = async (clock = () => now) => {
      const store = await shared.open(clock);
      onTestFinished(() => store.close());
      return store;
    };
    const started = now;
    // A server that stands still says no more that it lives.
    const [dead, alive] = [await open(() => started), await open()];
    const later = (ms: number) => {
      now += ms;
    };
    const listed = async () => {
      const ids = async (state: 'live' | 'closed' | 'orphaned') =>
        (await alive.list({ state, limit: 10 })).sessions.map(({ id }) => id);
      return { live: await ids('live'), closed: await ids('closed'), orphaned: await ids('orphaned') };
    };
    return { shared, dead, alive, open, later, listed };
  };

  it('lists a session as live while a server that lives has it, and as left behind 30 s after that', async () => {
    const { dead, alive, later, listed } = await pair();
    await dead.append(await dead.create(newSession('its')), [opened('its')]);
    expect(await listed()).toEqual({ live: ['its'], closed: [], orphaned: [] });
    expect(await alive.find('its')).not.toHaveProperty('orphaned');
    later(minuteMs);
    expect(await listed()).toEqual({ live: [], closed: ['its'], orphaned: ['its'] });
    expect(await alive.find('its')).toMatchObject({ state: 'live', orphaned: true });
    const all = await alive.list({ limit: 10 });
    expect(all.sessions.map(({ orphaned }) => orphaned)).toEqual([true]);
  });

  it('lists a session of a server that has ended as left behind at once, until another one has it', async () => {
    const { dead, alive, listed } = await pair();
    await dead.append(await dead.create(newSession('its')), [opened('its')]);
    await dead.close();
    expect(await listed()).toEqual({ live: [], closed: ['its'], orphaned: ['its'] });
    const taken = await alive.claim('its');
    expect(taken?.record).not.toHaveProperty('orphaned');
    expect(await listed()).toEqual({ live: ['its'], closed: [], orphaned: [] });
    if (taken) await alive.append(taken.claim, [closed(2)]);
    expect(await listed()).toEqual({ live: [], closed: ['its'], orphaned: [] });
    expect(await alive.find('its')).not.toHaveProperty('orphaned');
  });

  it('takes a database of the first version over: what lives in it has been left behind', async () => {
    const { shared, dead, alive, open } = await pair();
    await alive.append(await alive.create(newSession('old')), [opened('old')]);
    await alive.close();
    await dead.close();
    await shared.age();
    const store = await open();
    expect((await store.list({ state: 'orphaned', limit: 10 })).sessions.map(({ id }) => id)).toEqual(['old']);
    await store.append(await store.create(newSession('new')), [opened('new')]);
    expect((await store.list({ state: 'live', limit: 10 })).sessions.map(({ id }) => id)).toEqual(['new']);
  });
}
