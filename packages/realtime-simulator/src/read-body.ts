import type { IncomingMessage } from 'node:http';

/** Bytes; a file of 25 MB, with room for its form. */
const maxBytes = 26 * 1024 * 1024;

/** The body; `undefined` where it is too large. */
export async function readBody(request: IncomingMessage): Promise<Buffer<ArrayBuffer> | undefined> {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of request) {
    size += part.length;
    if (size > maxBytes) return undefined;
    parts.push(part);
  }
  return Buffer.concat(parts);
}
