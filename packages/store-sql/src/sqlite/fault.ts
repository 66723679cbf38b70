import { StoreError } from '@live-transcribe/core';

/** SQLite's primary result codes (https://sqlite.org/rescode.html), and what an operator can do. */
const sentences: Readonly<Record<number, string>> = {
  5: 'another process has held the database for too long',
  6: 'another process has held the database for too long',
  8: 'the database may not be written: look at the permissions of the file and its folder',
  10: 'the disk gave an error',
  11: 'the database file is damaged: restore it from a copy, or move it away to start with an empty one',
  13: 'the disk is full: make room',
  14: 'the database file cannot be opened: look at the path, and at the permissions of its folder',
  26: 'the file is no SQLite database',
};

export const busyCodes: ReadonlySet<number> = new Set([5, 6]);

/** Too big, against a constraint, of the wrong type: that will not fit a second time. */
const aboutTheData: ReadonlySet<number> = new Set([18, 19, 20]);

/** Translates what a SQLite library, or the file system, has thrown. */
export function sqliteFault(error: unknown, file: string): StoreError {
  if (error instanceof StoreError) return error;
  const sentence = sentences[resultCode(error) ?? 0] ?? (error instanceof Error ? error.message : String(error));
  return new StoreError('store_unavailable', `The store ${file} cannot be used: ${sentence}.`, {
    cause: error,
    retryable: !aboutTheData.has(resultCode(error) ?? 0),
  });
}

/** The primary result code of a library's error; `undefined` where it is none of SQLite's. */
export function resultCode(error: unknown): number | undefined {
  if (typeof error !== 'object' || error === null) return undefined;
  // node:sqlite and libsql name it differently; the upper bits refine it.
  const code = 'errcode' in error ? error.errcode : 'rawCode' in error ? error.rawCode : undefined;
  return typeof code === 'number' ? code & 0xff : undefined;
}
