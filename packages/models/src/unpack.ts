import { createReadStream } from 'node:fs';
import { type FileHandle, mkdir, open } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Readable } from 'node:stream';
import { createTarDecoder, type ParsedTarEntry } from 'modern-tar';
import { bunzip } from './bunzip.ts';
import { aborted, asDiskFault, ModelsError } from './models-error.ts';

export interface UnpackLimits {
  readonly maxBytes: number;
  readonly maxEntries: number;
}

export interface UnpackOptions {
  /** A `.tar.bz2`. */
  readonly archive: string;
  /** There and empty; what all names in the archive begin with is left out below it. */
  readonly folder: string;
  readonly limits: UnpackLimits;
  readonly signal: AbortSignal;
  /** Called with the bytes of the archive that have been read. */
  readonly onProgress?: (bytes: number) => void;
}

/** Unpacks plain files; anything that could reach out of `folder`, or be more than expected, ends it. */
export async function unpack(options: UnpackOptions): Promise<void> {
  const { archive, folder, signal } = options;
  const source = createReadStream(archive, { highWaterMark: 1 << 18, signal });
  const tar = bunzip();
  source.on('error', (error) => tar.destroy(error));
  tar.on('close', () => source.destroy());
  if (options.onProgress !== undefined) source.on('data', () => options.onProgress?.(source.bytesRead));
  source.pipe(tar);
  try {
    await writeEntries(asWebStream(tar).pipeThrough(createTarDecoder({ strict: true })), options);
  } catch (thrown) {
    tar.destroy();
    throw faultOf(thrown, folder, signal);
  }
}

/** `Readable.toWeb` throws where nobody can catch it when its reader goes away in the middle. */
function asWebStream(source: Readable): ReadableStream<Uint8Array> {
  const chunks = source.iterator() as AsyncIterator<Buffer>;
  return new ReadableStream<Uint8Array>(
    {
      pull: async (controller) => {
        const next = await chunks.next();
        if (next.done === true) controller.close();
        else controller.enqueue(next.value);
      },
      cancel: () => void source.destroy(),
    },
    { highWaterMark: 0 },
  );
}

function faultOf(thrown: unknown, folder: string, signal: AbortSignal): unknown {
  if (signal.aborted) return aborted(thrown);
  const fault = asDiskFault(thrown, folder);
  if (fault instanceof ModelsError || (thrown instanceof Error && 'errno' in thrown)) return fault;
  const why = thrown instanceof Error ? thrown.message : String(thrown);
  return new ModelsError('bad_archive', `The archive is damaged: ${why}`, { cause: thrown });
}

async function writeEntries(entries: ReadableStream<ParsedTarEntry>, { folder, limits }: UnpackOptions): Promise<void> {
  let count = 0;
  let left = limits.maxBytes;
  for await (const { header, body } of entries) {
    count += 1;
    if (count > limits.maxEntries) throw bad(`it has more than ${limits.maxEntries} entries.`);
    const path = innerPath(header.name);
    const type = header.type ?? 'file';
    if (type === 'file' && path !== undefined && !isOfMac(path)) {
      left -= header.size;
      if (left < 0) throw bad(`it holds more than ${limits.maxBytes} bytes.`);
      await writeFileOf(join(folder, path), body, header.size);
      continue;
    }
    if (type !== 'file' && type !== 'directory') throw bad(`"${header.name}" is a ${type}, and no model needs one.`);
    await drain(body);
  }
  if (count === 0) throw bad('it is empty.');
}

const bad = (why: string) => new ModelsError('bad_archive', `The archive is not unpacked: ${why}`);

/** What macOS adds beside a file. */
const isOfMac = (path: string): boolean => path.split('/').some((part) => part.startsWith('._'));

const mostDepth = 8;
const longestPart = 200;

/** Below the archive's first folder; undefined for that folder itself. */
function innerPath(name: string): string | undefined {
  const parts = name.split('/').filter((part) => part !== '' && part !== '.');
  const escapes = name.startsWith('/') || parts.includes('..') || /^[a-z]:/i.test(name);
  if (escapes || hasOddSign(name)) throw bad(`${JSON.stringify(name)} leads out of its folder.`);
  if (parts.length > mostDepth || parts.some((part) => part.length > longestPart)) {
    throw bad(`${JSON.stringify(name.slice(0, 80))}… is too long a path.`);
  }
  const inner = parts.length > 1 ? parts.slice(1) : name.endsWith('/') ? [] : parts;
  return inner.length === 0 ? undefined : inner.join('/');
}

/** Backslashes separate folders elsewhere; control signs are nobody's name. */
const hasOddSign = (name: string): boolean =>
  Array.from(name).some((sign) => sign === '\\' || sign < ' ' || sign === '\u007f');

async function writeFileOf(path: string, body: ReadableStream<Uint8Array>, size: number): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  const handle = await openNew(path);
  try {
    let written = 0;
    for await (const bytes of body) {
      for (let at = 0; at < bytes.byteLength; ) at += (await handle.write(bytes, at)).bytesWritten;
      written += bytes.byteLength;
    }
    if (written !== size) throw bad('it breaks off in the middle of a file.');
    await handle.sync();
  } finally {
    await handle.close();
  }
}

async function openNew(path: string): Promise<FileHandle> {
  try {
    return await open(path, 'wx', 0o644);
  } catch (thrown) {
    const isThere = thrown instanceof Error && 'code' in thrown && thrown.code === 'EEXIST';
    throw isThere ? bad(`two of its files have the name ${path}.`) : thrown;
  }
}

async function drain(body: ReadableStream<Uint8Array>): Promise<void> {
  for await (const _ of body);
}
