import { z } from 'zod';
import { retryAfterOf } from './retry-after.ts';
import type { UpstreamFault } from './upstream-fault.ts';

/** Bytes; an error's JSON is short, and of a page of HTML the beginning is enough. */
const longestErrorBody = 64 * 1024;

const errorBody = z.object({
  error: z.object({
    message: z.string(),
    type: z.string().nullish(),
    code: z.string().nullish(),
    param: z.string().nullish(),
  }),
});

export interface HttpAnswer {
  readonly status: number;
  readonly contentType: string;
  readonly body: string;
  /** Whether the body went on beyond its bound. */
  readonly isCut: boolean;
  readonly retryAfterMs: number | undefined;
}

/** What is wrong according to an HTTP answer. */
export function httpFault({ status, body, retryAfterMs }: Omit<HttpAnswer, 'contentType' | 'isCut'>): UpstreamFault {
  const parsed = errorBody.safeParse(parseJson(body));
  if (parsed.success) return { status, retryAfterMs, ...parsed.data.error };
  return { status, retryAfterMs, message: `HTTP ${status}, not in the form of this API: ${body}` };
}

export interface PostOptions {
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | FormData;
  readonly signal: AbortSignal;
  /** Of an answer that is no error, in bytes. */
  readonly longestBody?: number;
}

/** Throws what `fetch` throws. */
export async function post({ url, headers, body, signal, longestBody }: PostOptions): Promise<HttpAnswer> {
  // The key goes to the address it was configured for and to no other.
  const answer = await fetch(url, { method: 'POST', headers, body, redirect: 'manual', signal });
  const read = answer.body
    ? await readBody(answer.body, answer.ok ? longestBody : undefined)
    : { text: '', isCut: false };
  return {
    status: answer.status,
    contentType: answer.headers.get('content-type') ?? 'body of no type',
    body: read.text,
    isCut: read.isCut,
    retryAfterMs: retryAfterOf(answer.headers, Date.now()),
  };
}

/** The body as text, as far as its bound: what is beyond is cut off and not waited for. */
export async function readBody(
  body: AsyncIterable<Uint8Array>,
  longest = longestErrorBody,
): Promise<{ readonly text: string; readonly isCut: boolean }> {
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const part of body) {
    parts.push(part);
    size += part.length;
    if (size > longest) break;
  }
  return { text: Buffer.concat(parts).toString(), isCut: size > longest };
}

/** `undefined` where it is no JSON. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
