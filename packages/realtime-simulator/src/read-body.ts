import type { IncomingMessage } from 'node:http';

const maxBytes = 1024 * 1024;

/** The body as text; `undefined` where it is too large. */
export async function readBody(request: IncomingMessage): Promise<string | undefined> {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of request) {
    size += part.length;
    if (size > maxBytes) return undefined;
    parts.push(part);
  }
  return Buffer.concat(parts).toString();
}
