import { type FileHandle, open, rm, statfs } from 'node:fs/promises';
import { dirname } from 'node:path';
import { judge, type Verdict } from './judge.ts';
import { aborted, asDiskFault, ModelsError } from './models-error.ts';
import { dropPart, type Part, readPart, writeTicket } from './part.ts';
import { type Answer, request } from './request.ts';
import { delayBefore, type Waits, wait } from './waits.ts';

export interface Progress {
  /** Bytes that are here. */
  readonly received: number;
  /** Of so many, where the server has said it. */
  readonly total: number | undefined;
}

export interface DownloadOptions {
  readonly url: string;
  /** Where the bytes go; they stay there when it is interrupted, and the next download of the same `url` continues. */
  readonly file: string;
  readonly maxBytes: number;
  readonly signal: AbortSignal;
  readonly waits: Waits;
  readonly onProgress?: (progress: Progress) => void;
  readonly onRetry?: (fault: ModelsError, delayMs: number) => void;
  /** Of the disk that has `file`; for tests. */
  readonly freeBytes?: (folder: string) => Promise<number>;
}

/** Downloads until the file is whole as far as its server tells. `resumed`: parts of it come from several requests. */
export async function download(options: DownloadOptions): Promise<{ readonly resumed: boolean }> {
  const { file, waits, signal, onRetry } = options;
  let resumed = false;
  let most = Math.min(waits.firstAttempts, waits.attempts);
  for (let failures = 0; ; ) {
    const before = (await readPart(file, options.url)).bytes;
    try {
      if (before > 0) resumed = true;
      await attempt(options);
      return { resumed };
    } catch (thrown) {
      const fault = faultOf(thrown, options);
      const gained = (await readPart(file, options.url)).bytes - before;
      if (gained > 0) most = waits.attempts;
      failures = gained >= waits.worthwhileBytes ? 1 : failures + 1;
      if (!fault.retryable || failures >= most) throw fault;
      const delay = delayBefore(failures, waits, fault.retryAfterMs);
      onRetry?.(fault, delay);
      await wait(delay, signal).catch((cause: unknown) => {
        throw aborted(cause);
      });
    }
  }
}

function faultOf(thrown: unknown, { file, signal }: DownloadOptions): ModelsError {
  if (signal.aborted) return aborted(signal.reason);
  const fault = asDiskFault(thrown, file);
  if (fault instanceof ModelsError) return fault;
  throw thrown;
}

async function attempt(options: DownloadOptions): Promise<void> {
  const { url, file, signal, waits } = options;
  const part = await readPart(file, url);
  const answer = await request(url, { signal, waits, headers: rangeOf(part) });
  try {
    const verdict = judge(answer.response, url, part);
    if (verdict.kind === 'complete') return;
    if (verdict.kind === 'anew') await dropPart(file);
    if (verdict.kind === 'fault') throw verdict.fault;
    if (verdict.kind === 'anew') throw new ModelsError('unreachable', verdict.why, { retryable: true });
    await assertRoom(options, verdict);
    await receive(options, answer, verdict);
  } finally {
    answer.drop();
  }
}

function rangeOf({ bytes, validator }: Part): Record<string, string> {
  // Without a validator two halves of two files could become one.
  if (bytes === 0 || validator === undefined) return {};
  return { range: `bytes=${bytes}-`, 'if-range': validator };
}

type Body = Extract<Verdict, { kind: 'body' }>;

async function assertRoom({ file, maxBytes, url, freeBytes = freeOf }: DownloadOptions, body: Body): Promise<void> {
  const { total, from } = body;
  if (total === undefined) return;
  if (total > maxBytes) throw tooLarge(url, maxBytes);
  const free = await freeBytes(dirname(file));
  if (total - from <= free) return;
  throw new ModelsError(
    'no_space',
    `${dirname(file)} has ${mib(free)} free, and ${mib(total - from)} are still to come. Make room, and try again.`,
  );
}

async function receive(options: DownloadOptions, { bytes }: Answer, body: Body): Promise<void> {
  const { file, url, maxBytes, onProgress } = options;
  const { from, total } = body;
  if (from === 0) {
    // In this order: a ticket never speaks of bytes that came before it.
    await rm(file, { force: true });
    await writeTicket(file, { url, validator: body.validator, total });
  }
  const handle = await open(file, 'a');
  try {
    let received = from;
    onProgress?.({ received, total });
    for await (const chunk of bytes()) {
      received += chunk.byteLength;
      if (received > maxBytes) throw tooLarge(url, maxBytes);
      if (total !== undefined && received > total) throw tooMuch(url, total);
      await writeAll(handle, chunk);
      onProgress?.({ received, total });
    }
    if (total !== undefined && received < total) throw cutOff(url, received, total);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

async function writeAll(handle: FileHandle, bytes: Uint8Array): Promise<void> {
  for (let at = 0; at < bytes.byteLength; ) at += (await handle.write(bytes, at)).bytesWritten;
}

const tooLarge = (url: string, most: number) =>
  new ModelsError('refused', `${url} is larger than ${mib(most)}, which no model here is.`);

const tooMuch = (url: string, total: number) =>
  new ModelsError('wrong_bytes', `${url} sends more than the ${total} bytes that it has announced.`);

const cutOff = (url: string, received: number, total: number) =>
  new ModelsError('unreachable', `${url} has broken off after ${received} of ${total} bytes.`, { retryable: true });

export const mib = (bytes: number): string => `${Math.ceil(bytes / 1_048_576)} MiB`;

async function freeOf(folder: string): Promise<number> {
  const { bavail, bsize } = await statfs(folder);
  return bavail * bsize;
}
