import { appendFileSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Claim, type LoggedEvent, type SessionStore, StoreError } from '@live-transcribe/core';
import { describe, expect, it, onTestFinished } from 'vitest';
import { adoptSpills, openSqliteStore, Spill } from '../src/index.ts';
import { testFolder } from './folder.ts';
import { closed, final, keptEvents, newSession, opened, texts } from './speech.ts';

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

const session = newSession('said');

async function setup() {
  const folder = testFolder();
  const journals = join(folder, 'journal');
  const outage = new Outage();
  const warnings: string[] = [];
  const warn = (message: string) => warnings.push(message);
  const database = await openSqliteStore({ file: join(folder, 'sessions.db') });
  onTestFinished(() => database.close());
  const files = () => readdirSync(journals).filter((name) => name.endsWith('.jsonl'));
  return {
    ...{ outage, warnings, database, journals, files },
    open: (maxBytes?: number) => Spill.open({ folder: journals, warn, ...(maxBytes !== undefined && { maxBytes }) }),
    adopt: () => adoptSpills({ folder: journals, store: behind(outage, database), warn }),
  };
}

/** A server that has put these events by, and was ended before the database was back. */
async function leaveBehind(spill: Spill, claim: Claim | undefined, ...events: readonly LoggedEvent[]): Promise<void> {
  await spill.keep(session, claim, events);
  await spill.close();
}

describe('what was said while the database was away', () => {
  it('is brought to it when the server that heard it is gone', async () => {
    const { open, adopt, database, files, warnings } = await setup();
    const spill = await open();
    await spill.keep(session, undefined, [opened('said'), final(2, 'one')]);
    await leaveBehind(spill, undefined, final(3, 'two'), closed(4));
    expect(files()).toHaveLength(1);
    expect(await adopt()).toBe(1);
    expect(texts(await keptEvents(database, 'said'))).toEqual(['one', 'two']);
    expect(await database.find('said')).toMatchObject({ state: 'closed', seq: 4 });
    expect(files()).toEqual([]);
    expect(await adopt()).toBe(0);
    expect(warnings).toEqual([]);
  });

  it('is left alone while its server lives, and gone when that has brought it to the database itself', async () => {
    const { open, adopt, database, journals, files } = await setup();
    const spill = await open();
    await spill.keep(session, undefined, [opened('said'), final(2, 'one')]);
    expect(await adopt()).toBe(0);
    expect(await database.find('said')).toBeUndefined();
    const claim = await database.create(session);
    await spill.created(claim);
    await database.append(claim, [opened('said'), final(2, 'one')]);
    await spill.kept('said');
    const [file = ''] = files();
    expect(statSync(join(journals, file)).size).toBe(0);
    await spill.close();
    expect(files()).toEqual([]);
  });

  it('follows on what the server had brought there before it was ended', async () => {
    const { open, adopt, database } = await setup();
    const spill = await open();
    await spill.keep(session, undefined, [opened('said'), final(2, 'one')]);
    const claim = await database.create(session);
    await spill.created(claim);
    await database.append(claim, [opened('said')]);
    await leaveBehind(spill, claim, final(3, 'two'));
    await adopt();
    expect(texts(await keptEvents(database, 'said'))).toEqual(['one', 'two']);
  });

  it('waits on when the database is still away, and where it goes away in the middle', async () => {
    const { open, adopt, database, outage, files } = await setup();
    await leaveBehind(await open(), undefined, opened('said'), final(2, 'one'));
    for (const isDown of [
      true,
      (method: string) => method === 'append',
      (method: string) => method.endsWith('answered'),
    ]) {
      outage.isDown = isDown;
      await expect(adopt()).rejects.toMatchObject({ code: 'store_unavailable' });
      expect(files()).toHaveLength(1);
    }
    outage.isDown = false;
    expect(await adopt()).toBe(1);
    expect(texts(await keptEvents(database, 'said'))).toEqual(['one']);
  });

  it('is not put into a session that another server has taken over meanwhile', async () => {
    const { open, adopt, database, warnings } = await setup();
    const claim = await database.create(session);
    await database.append(claim, [opened('said')]);
    await leaveBehind(await open(), claim, final(2, 'by the old owner'));
    const taken = await database.claim('said');
    if (taken) await database.append(taken.claim, [final(2, 'by the new owner')]);
    await adopt();
    expect(texts(await keptEvents(database, 'said'))).toEqual(['by the new owner']);
    expect(warnings).toEqual([
      expect.stringMatching(/does not take what was left behind of session said: .*taken over/),
    ]);
    if (taken) await database.append(taken.claim, [final(3, 'on')]);
  });

  it('survives a server that is killed while it writes, and a file that is none of ours', async () => {
    const { open, adopt, database, journals, files } = await setup();
    await leaveBehind(await open(), undefined, opened('said'), final(2, 'kept'));
    const [file = ''] = files();
    appendFileSync(
      join(journals, file),
      '{"kind":"append","claim":{"session":"said","epoch":0},"events":[{"seq":3,"kin',
    );
    writeFileSync(join(journals, 'other.jsonl'), 'not a journal\n{"kind":"unheard of"}\n');
    expect(await adopt()).toBe(2);
    expect(texts(await keptEvents(database, 'said'))).toEqual(['kept']);
  });

  it('is bounded: a full file says so once, and takes more when it is empty', async () => {
    const { open, adopt, database, warnings } = await setup();
    const spill = await open(2_000);
    for (let seq = 1; seq < 50; seq += 1) await spill.keep(session, undefined, [final(seq, `${seq}`)]);
    expect(warnings).toEqual([expect.stringMatching(/^The journal .* is full/)]);
    await spill.kept('said');
    await leaveBehind(spill, undefined, opened('said'), final(2, 'again'));
    await adopt();
    expect(texts(await keptEvents(database, 'said'))).toEqual(['again']);
  });

  it('cannot be kept where no file can be', async () => {
    await expect(Spill.open({ folder: '/dev/null/x', warn: () => undefined })).rejects.toMatchObject({
      code: 'store_unavailable',
      message: expect.stringMatching(/^The journal .* cannot be used: /),
    });
  });
});
