import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describeWith } from '@live-transcribe/testkit';
import type { TarEntry } from 'modern-tar';
import { expect, it } from 'vitest';
import { ModelsError, type UnpackLimits, unpack } from '../src/index.ts';
import { archiveOf, bzip2, bzip2Missing, file, odd } from './archives.ts';
import { folder, noise } from './support.ts';

const usual: UnpackLimits = { maxBytes: 1 << 20, maxEntries: 100 };

async function unpacked(bytes: Uint8Array, limits = usual, signal = new AbortController().signal) {
  const place = folder();
  const archive = join(place, 'model.tar.bz2');
  writeFileSync(archive, bytes);
  // Far enough inside that whoever climbs out of it is still found, and nothing else is hit.
  const into = join(place, 'a', 'b', 'into');
  mkdirSync(into, { recursive: true });
  const thrown = await unpack({ archive, folder: into, limits, signal }).then(
    () => undefined,
    (error: unknown) => error,
  );
  const left = readdirSync(place, { recursive: true })
    .map((path) => String(path).replace(/^a\/b\/into/, 'into'))
    .filter((path) => path !== 'a' && path !== 'a/b');
  return { into, thrown, left: left.toSorted() };
}

async function refusal(bytes: Uint8Array, limits = usual): Promise<string> {
  const { thrown, left } = await unpacked(bytes, limits);
  expect(thrown).toBeInstanceOf(ModelsError);
  expect(thrown).toMatchObject({ code: 'bad_archive' });
  // Whatever it wanted: nothing has come to be beside the folder it was to go to.
  expect(left.filter((path) => !path.startsWith('into'))).toEqual(['model.tar.bz2']);
  return (thrown as ModelsError).message;
}

const honest = () =>
  archiveOf(odd('m/', { type: 'directory' }), file('m/tokens.txt', 'a b'), file('m/sub/x.onnx', noise(300_000)));

describeWith([bzip2Missing], 'unpacking', { timeout: 60_000 }, () => {
  it('brings the files of an archive, without its first folder', async () => {
    const { into, thrown, left } = await unpacked(await honest());
    expect(thrown).toBeUndefined();
    expect(left).toEqual(['into', 'into/sub', 'into/sub/x.onnx', 'into/tokens.txt', 'model.tar.bz2']);
    expect(readFileSync(join(into, 'sub/x.onnx')).equals(noise(300_000))).toBe(true);
  });

  it('understands what tar itself writes, in each of its formats, and long names', async () => {
    const place = folder();
    const names = { gnu: 'very-long-name-'.repeat(12), pax: 'ett-långt-namn-'.repeat(10), ustar: 'name-'.repeat(12) };
    for (const [format, long] of Object.entries(names)) {
      mkdirSync(join(place, format));
      writeFileSync(join(place, format, long), noise(5000));
      const { status, stdout } = spawnSync('tar', [`--format=${format}`, '-cjf', '-', format], { cwd: place });
      expect(status).toBe(0);
      const { into, thrown } = await unpacked(stdout);
      expect(thrown).toBeUndefined();
      expect(readFileSync(join(into, long)).equals(noise(5000))).toBe(true);
    }
  });

  it('reads archives of several bzip2 streams, as parallel packers write them', async () => {
    const place = folder();
    mkdirSync(join(place, 'm'));
    writeFileSync(join(place, 'm', 'x'), noise(50_000));
    const tar = spawnSync('tar', ['-cf', '-', 'm'], { cwd: place }).stdout;
    const { into, thrown } = await unpacked(
      Buffer.concat([bzip2(tar.subarray(0, 20_000)), bzip2(tar.subarray(20_000))]),
    );
    expect(thrown).toBeUndefined();
    expect(readFileSync(join(into, 'x')).equals(noise(50_000))).toBe(true);
  });

  it('leaves out what macOS adds', async () => {
    const { left } = await unpacked(await archiveOf(file('m/._tokens.txt', 'x'), file('m/tokens.txt', 'y')));
    expect(left).toEqual(['into', 'into/tokens.txt', 'model.tar.bz2']);
  });

  const absolute = join(tmpdir(), `escaped-${process.pid}`);
  const escapes: [string, TarEntry][] = [
    ['a way up', file('m/../../escaped', 'x')],
    ['a way up in the first place', file('../escaped', 'x')],
    ['an absolute path', file(absolute, 'x')],
    ['a path of another system', file('m\\..\\escaped', 'x')],
    ['a drive', file('C:/escaped', 'x')],
    ['a control sign', file('m/a\nb', 'x')],
    ['a symbolic link', odd('m/link', { type: 'symlink', linkname: '/etc/passwd' })],
    ['a hard link', odd('m/link', { type: 'link', linkname: '/etc/passwd' })],
    ['a device', odd('m/null', { type: 'character-device' })],
    ['a disk', odd('m/disk', { type: 'block-device' })],
    ['a pipe', odd('m/pipe', { type: 'fifo' })],
    ['a deep path', file(`m/${'a/'.repeat(30)}b`, 'x')],
  ];
  it.each(escapes)('refuses %s', async (_, entry) => {
    expect(await refusal(await archiveOf(file('m/first', 'x'), entry))).toMatch(/^The archive is not unpacked: /);
    expect(existsSync(absolute)).toBe(false);
  });

  it('refuses a file that comes twice', async () => {
    expect(await refusal(await archiveOf(file('m/a', '1'), file('m/a', '2')))).toContain('two of its files');
  });

  it('refuses more bytes and more entries than there may be, before it writes them', async () => {
    const many = Array.from({ length: 101 }, (_, index) => file(`m/${index}`, 'x'));
    expect(await refusal(await archiveOf(...many))).toContain('more than 100 entries');
    expect(
      await refusal(await archiveOf(file('m/a', noise(100)), file('m/b', noise(100))), { ...usual, maxBytes: 150 }),
    ).toContain('more than 150 bytes');
    const huge = (await archiveOf(file('m/huge', 'x'))).byteLength;
    expect(huge).toBeGreaterThan(0);
    const tar = await tarThatClaims(0o77777777777);
    const { thrown, left } = await unpacked(bzip2(tar));
    expect((thrown as ModelsError).message).toContain('more than 1048576 bytes');
    expect(left).toEqual(['into', 'model.tar.bz2']);
  });

  it('refuses a bomb: a few hundred bytes that become many megabytes', async () => {
    const bomb = await archiveOf(file('m/zeros', new Uint8Array(12 << 20)));
    expect(bomb.byteLength).toBeLessThan(10_000);
    expect(await refusal(bomb)).toContain('more than 1048576 bytes');
  });

  it('refuses what is cut off anywhere, has a wrong bit, or is no archive at all', async () => {
    const whole = await honest();
    for (const part of [0.01, 0.3, 0.9, 0.9999]) {
      expect(await refusal(whole.subarray(0, Math.floor(whole.byteLength * part)))).toContain('damaged');
    }
    const bent = Buffer.from(whole);
    bent[150_000] = (bent[150_000] ?? 0) ^ 1;
    expect(await refusal(bent)).toContain('damaged');
    expect(await refusal(Buffer.from('<html>please sign in</html>'))).toContain('damaged');
    expect(await refusal(Buffer.alloc(0))).toMatch(/damaged|empty/);
    expect(await refusal(bzip2(noise(10_000)))).toContain('damaged');
    expect(await refusal(bzip2(new Uint8Array(10_240)))).toContain('empty');
  });

  it('stops when it is asked to', async () => {
    const { thrown } = await unpacked(await honest(), usual, AbortSignal.abort());
    expect(thrown).toMatchObject({ code: 'aborted' });
  });
});

/** A tar whose only file claims to have so many bytes, and has none. */
async function tarThatClaims(size: number): Promise<Uint8Array> {
  const { packTar } = await import('modern-tar');
  const tar = await packTar([file('m/huge', '')]);
  tar.set(new TextEncoder().encode(size.toString(8).padStart(11, '0')), 124);
  tar.fill(32, 148, 156);
  const sum = tar.subarray(0, 512).reduce((all, byte) => all + byte, 0);
  tar.set(new TextEncoder().encode(`${sum.toString(8).padStart(6, '0')}\0 `), 148);
  return tar;
}
