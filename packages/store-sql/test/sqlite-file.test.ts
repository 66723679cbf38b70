import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { SessionStore } from '@live-transcribe/core';
import { describeWith } from '@live-transcribe/testkit';
import { describe, expect, it, onTestFinished } from 'vitest';
import { openSqliteStore } from '../src/index.ts';
import { sqliteLibrary } from '../src/sqlite/library.ts';
import { testFolder } from './folder.ts';
import { closed, final, keptEvents, newSession, opened, texts } from './speech.ts';

const library = await sqliteLibrary();
const tmpfs = mountFault();

async function open(file: string): Promise<SessionStore> {
  const store = await openSqliteStore({ file });
  onTestFinished(() => store.close());
  return store;
}

/** A file with sessions, closed. */
async function filled(file: string, sessions = 20): Promise<void> {
  const store = await openSqliteStore({ file });
  for (let index = 0; index < sessions; index += 1) {
    const claim = await store.create(newSession(`s${index}`));
    await store.append(claim, [opened(`s${index}`), final(2, `Words of number ${index}. `.repeat(40)), closed(3)]);
  }
  await store.close();
}

const unavailable = (sentence: RegExp) =>
  expect.objectContaining({ name: 'StoreError', code: 'store_unavailable', message: expect.stringMatching(sentence) });

describe('the file of a SQLite store', () => {
  it('is made with its folder', async () => {
    const file = join(testFolder(), 'a', 'b', 'sessions.db');
    const store = await open(file);
    expect(await store.readiness()).toEqual({ ready: true });
    expect(statSync(file).isFile()).toBe(true);
  });

  it.each([
    ['text', () => 'This is no database, but somebody needs it. '.repeat(100)],
    ['less than a header', () => 'SQLite'],
    ['a damaged page', (bytes: Buffer) => Buffer.from(bytes).fill(0xa5, 5_000, 12_000)],
    ['half of it', (bytes: Buffer) => bytes.subarray(0, bytes.length >> 1)],
    ['only its header', (bytes: Buffer) => bytes.subarray(0, 100)],
  ])('is refused and left as it is where it holds %s', async (_, damage) => {
    const file = join(testFolder(), 'sessions.db');
    await filled(file);
    writeFileSync(file, damage(readFileSync(file)));
    const before = readFileSync(file);
    const neighbours = readdirSync(join(file, '..'));
    await expect(openSqliteStore({ file })).rejects.toEqual(
      unavailable(
        /sessions\.db (is no SQLite database|is damaged|cannot be used: the database file is damaged).*(move it away|restore it)/,
      ),
    );
    expect(readFileSync(file).equals(before)).toBe(true);
    expect(readdirSync(join(file, '..'))).toEqual(neighbours);
  });

  it("is refused where it is another program's", async () => {
    const file = join(testFolder(), 'other.db');
    const database = library(file);
    database.exec('CREATE TABLE sessions (id text)');
    database.close();
    const before = readFileSync(file);
    await expect(openSqliteStore({ file })).rejects.toEqual(unavailable(/is a database of another program/));
    expect(readFileSync(file).equals(before)).toBe(true);
  });

  it('is refused where a newer program has made it', async () => {
    const file = join(testFolder(), 'sessions.db');
    await filled(file);
    const database = library(file);
    database.exec('UPDATE store SET version = 99');
    database.close();
    await expect(openSqliteStore({ file })).rejects.toEqual(
      unavailable(/has version 99 and this program knows versions up to 2: start the newer program/),
    );
    const later = library(file);
    expect(later.all('SELECT version FROM store', [])).toEqual([expect.objectContaining({ version: 99 })]);
    later.close();
  });

  it('says so where its folder cannot be', async () => {
    const folder = testFolder();
    writeFileSync(join(folder, 'file'), '');
    await expect(openSqliteStore({ file: join(folder, 'file', 'sessions.db') })).rejects.toEqual(
      unavailable(/The store .*sessions\.db cannot be used: .*(EEXIST|ENOTDIR)/),
    );
    await expect(openSqliteStore({ file: folder })).rejects.toEqual(unavailable(/cannot be used/));
  });

  it('says so where its folder may not be written', async () => {
    const folder = testFolder();
    chmodSync(folder, 0o755);
    const locked = join(folder, 'locked');
    mkdirSync(locked, { mode: 0o555 });
    for (const path of ['sessions.db', 'deeper/sessions.db'])
      expect(openedByNobody(join(locked, path))).toMatch(
        /^The store .*sessions\.db cannot be used: (the database file cannot be opened: look at the path, and at the permissions|EACCES: permission denied)/,
      );
  });

  it('says so where the file itself may not be written', async () => {
    const folder = testFolder();
    const file = join(folder, 'sessions.db');
    await filled(file, 1);
    chmodSync(folder, 0o777);
    chmodSync(file, 0o444);
    expect(openedByNobody(file)).toMatch(/^The store .*sessions\.db cannot be used: the database may not be written/);
  });

  it('holds the words of a closed session in the search index only', async () => {
    const file = join(testFolder(), 'sessions.db');
    await filled(file, 3);
    const database = library(file);
    expect(database.all('SELECT count(*) AS words FROM words', [])).toEqual([{ words: 0 }]);
    expect(database.all('SELECT count(*) AS sessions FROM search', [])).toEqual([{ sessions: 3 }]);
    database.close();
  });

  it('holds nothing any more of what was deleted or has expired', async () => {
    const folder = testFolder();
    const store = await open(join(folder, 'sessions.db'));
    for (const [id, word] of [
      ['deleted', 'Zanzibar'],
      ['expired', 'Ouagadougou'],
      ['living', 'Timbuktu'],
      ['stays', 'Reykjavik'],
    ] as const) {
      const claim = await store.create(newSession(id));
      const said = [opened(id), final(2, `${word} `.repeat(500))];
      await store.append(claim, id === 'living' ? said : [...said, closed(3)]);
      if (id === 'expired') expect(await store.expire(Date.now() + 1_000, 10)).toBe(1);
      else if (id !== 'stays') expect(await store.delete(id)).toBe(true);
    }
    const bytes = readdirSync(folder).map((name) => readFileSync(join(folder, name)).toString('latin1').toLowerCase());
    for (const word of ['zanzibar', 'ouagadougou', 'timbuktu', 'deleted', 'expired', 'living'])
      expect(bytes.join()).not.toContain(word);
    expect(bytes.join()).toContain('reykjavik');
  });
});

describeWith([tmpfs], 'a SQLite store on a full disk', {}, () => {
  it('keeps what it has acknowledged, says what is wrong, and goes on when there is room', async () => {
    const folder = testFolder();
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=80m', 'tmpfs', folder]);
    // "Lazy": libsql lets the file go when its memory is collected.
    onTestFinished(() => void execFileSync('umount', ['--lazy', folder]));
    const filler = join(folder, 'filler');
    const store = await openSqliteStore({ file: join(folder, 'sessions.db') });
    try {
      expect(await store.readiness()).toEqual({ ready: true });
      writeFileSync(filler, Buffer.alloc(78 * 2 ** 20));
      expect(await store.readiness()).toMatchObject({
        ready: false,
        reason: expect.stringMatching(/sessions\.db is nearly full: it has 1 MiB left, and should have 64\./),
      });
      const claim = await store.create(newSession('full'));
      await store.append(claim, [opened('full')]);
      const kept: string[] = [];
      let fault: unknown;
      while (fault === undefined && kept.length < 10_000) {
        const text = `${kept.length} ${'x'.repeat(2_000)}`;
        try {
          await store.append(claim, [final(kept.length + 2, text)]);
          kept.push(text);
        } catch (error) {
          fault = error;
        }
      }
      expect(fault).toEqual(unavailable(/sessions\.db cannot be used: the disk is full: make room/));
      expect(texts(await keptEvents(store, 'full'))).toEqual(kept);
      rmSync(filler);
      expect(await store.readiness()).toEqual({ ready: true });
      await store.append(claim, [final(kept.length + 2, 'room')]);
      expect(texts(await keptEvents(store, 'full'))).toEqual([...kept, 'room']);
    } finally {
      await store.close();
    }
    const database = library(join(folder, 'sessions.db'));
    expect(database.all('PRAGMA integrity_check', [])).toEqual([{ integrity_check: 'ok' }]);
    database.close();
  });
});

/** The message with which a process without rights fails to open a store. */
function openedByNobody(file: string): string {
  const code = `import { openSqliteStore } from '@live-transcribe/store-sql';
    if (process.getuid() === 0) {
      process.setgid(65534);
      process.setuid(65534);
    }
    await openSqliteStore({ file: ${JSON.stringify(file)} }).then(() => console.log('opened'), (error) => console.log(error.message));`;
  const cwd = fileURLToPath(new URL('..', import.meta.url));
  return execFileSync(process.execPath, ['--input-type=module', '--eval', code], { cwd, encoding: 'utf8' });
}

/** Why no small disk can be made here; `undefined` where it can. */
function mountFault(): string | undefined {
  const folder = mkdtempSync(join(tmpdir(), 'live-transcribe-mount-'));
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', folder], { stdio: 'ignore' });
    execFileSync('umount', [folder]);
    return undefined;
  } catch {
    return 'the right to mount a small disk';
  } finally {
    rmSync(folder, { recursive: true });
  }
}
