import { createReadStream } from 'node:fs';
import { type FileHandle, mkdir, open } from 'node:fs/promises';
import { dirname } from 'node:path';
import { createInterface } from 'node:readline';
import { StoreError } from '@live-transcribe/core';

export interface JournalOptions {
  /** Of this process alone. Its folder is made where it is missing. */
  readonly file: string;
  /** The journal takes no more than this; then it throws. */
  readonly maxBytes: number;
}

/**
 * Entries in a file, one line of JSON each, in the order of `write`. They survive the end of the process; of one that was
 * being written then, nothing is left.
 */
export class Journal {
  readonly #file: string;
  readonly #maxBytes: number;
  readonly #handle: FileHandle;
  #written: number;
  /** With what is being written. */
  #bytes: number;
  /** What is asked for is done one after the other. */
  #last: Promise<unknown> = Promise.resolve();

  private constructor({ file, maxBytes }: JournalOptions, handle: FileHandle, written: number) {
    this.#file = file;
    this.#maxBytes = maxBytes;
    this.#handle = handle;
    this.#written = written;
    this.#bytes = written;
  }

  /** Opens a journal with what an earlier process has left in it. Throws `store_unavailable`. */
  static async open(options: JournalOptions): Promise<Journal> {
    try {
      await mkdir(dirname(options.file), { recursive: true });
      const handle = await open(options.file, 'a')
        .then((made) => made.close())
        .then(() => open(options.file, 'r+'));
      return new Journal(options, handle, await endOfLines(handle));
    } catch (error) {
      throw unusable(options.file, error);
    }
  }

  /** Resolves when the entry would survive the end of the process. Throws `store_unavailable` where there is no room. */
  async write(entry: unknown): Promise<void> {
    const line = Buffer.from(`${JSON.stringify(entry)}\n`);
    if (this.#bytes + line.length > this.#maxBytes)
      throw new StoreError('store_unavailable', `The journal ${this.#file} is full, and the database is not there.`);
    this.#bytes += line.length;
    try {
      await this.#inTurn(() => this.#append(line));
    } catch (error) {
      this.#bytes -= line.length;
      throw unusable(this.#file, error);
    }
  }

  /** The entries, as far as they are written now. */
  async *entries(): AsyncGenerator<unknown, void, undefined> {
    if (this.#written === 0) return;
    const input = createReadStream(this.#file, { end: this.#written - 1 });
    for await (const line of createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY })) yield parsed(line);
  }

  /** Forgets all entries; those that are written from now on follow. */
  async clear(): Promise<void> {
    await this.#inTurn(async () => {
      await this.#handle.truncate(0);
      this.#bytes -= this.#written;
      this.#written = 0;
    });
  }

  async close(): Promise<void> {
    await this.#inTurn(() => this.#handle.close());
  }

  async #append(line: Buffer): Promise<void> {
    // Where the last write has failed halfway, this one takes its place.
    await this.#handle.truncate(this.#written);
    for (let at = 0; at < line.length; ) {
      const { bytesWritten } = await this.#handle.write(line, at, line.length - at, this.#written + at);
      at += bytesWritten;
    }
    this.#written += line.length;
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#last.then(work);
    this.#last = done.catch(() => undefined);
    return done;
  }
}

/** Where the last whole line ends. */
async function endOfLines(handle: FileHandle): Promise<number> {
  const block = Buffer.alloc(64 * 1024);
  let { size: end } = await handle.stat();
  while (end > 0) {
    const start = Math.max(0, end - block.length);
    const { bytesRead } = await handle.read(block, 0, end - start, start);
    const newline = block.subarray(0, bytesRead).lastIndexOf(0x0a);
    if (newline >= 0) return start + newline + 1;
    end = start;
  }
  return 0;
}

function parsed(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

function unusable(file: string, error: unknown): StoreError {
  if (error instanceof StoreError) return error;
  const sentence = error instanceof Error ? error.message : String(error);
  return new StoreError('store_unavailable', `The journal ${file} cannot be used: ${sentence}.`, { cause: error });
}
