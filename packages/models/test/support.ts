import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach } from 'vitest';
import { type Handler, serve } from './odd-server.ts';

const closing: (() => unknown)[] = [];

afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

export const afterwards = (close: () => unknown): void => {
  closing.push(close);
};

/** A folder that the test leaves behind it. */
export function folder(): string {
  const path = mkdtempSync(join(tmpdir(), 'models-'));
  afterwards(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

export async function served(handler: Handler) {
  const server = await serve(handler);
  afterwards(server.close);
  return server;
}

/** Bytes that nothing makes smaller, the same at each run. */
export function noise(length: number, seed = 1): Buffer {
  const bytes = Buffer.alloc(length);
  let state = seed;
  for (let at = 0; at < length; at += 1) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    bytes[at] = state >>> 24;
  }
  return bytes;
}
