import { spawnSync } from 'node:child_process';
import { packTar, type TarEntry } from 'modern-tar';

/** What it takes to make an archive; undefined where it is there. */
export const bzip2Missing = spawnSync('bzip2', ['--help']).error === undefined ? undefined : 'bzip2';

export function bzip2(bytes: Uint8Array): Buffer {
  const { stdout, status } = spawnSync('bzip2', ['-c', '-1'], { input: bytes, maxBuffer: 1 << 28 });
  if (status !== 0) throw new Error('bzip2 has failed');
  return stdout;
}

/** A `.tar.bz2` of these entries, as they are, even where no honest program would write them so. */
export const archiveOf = async (...entries: TarEntry[]): Promise<Buffer> => bzip2(await packTar(entries));

export function file(name: string, body: string | Uint8Array): TarEntry {
  const bytes = typeof body === 'string' ? new TextEncoder().encode(body) : body;
  return { header: { name, size: bytes.byteLength, type: 'file' }, body: bytes };
}

export const odd = (name: string, header: Partial<TarEntry['header']>): TarEntry => ({
  header: { name, size: 0, ...header },
});
