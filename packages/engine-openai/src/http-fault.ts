import { z } from 'zod';
import type { UpstreamFault } from './upstream-fault.ts';

/** Bytes; an error's JSON is short, and of a page of HTML the beginning is enough. */
const longestBody = 64 * 1024;

const errorBody = z.object({
  error: z.object({ message: z.string(), type: z.string().nullish(), code: z.string().nullish() }),
});

/** What is wrong according to an HTTP answer with this body. */
export function httpFault(status: number, body: string): UpstreamFault {
  const parsed = errorBody.safeParse(parseJson(body));
  if (parsed.success) return { status, ...parsed.data.error };
  return { status, message: `HTTP ${status}, not in the form of this API: ${body}` };
}

/** The body as text, as far as its bound: what is beyond is cut off and not waited for. */
export async function readBody(body: AsyncIterable<Uint8Array>): Promise<string> {
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const part of body) {
    parts.push(part);
    size += part.length;
    if (size > longestBody) break;
  }
  return Buffer.concat(parts).toString();
}

/** `undefined` where it is no JSON. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
