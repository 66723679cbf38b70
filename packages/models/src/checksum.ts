import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { aborted } from './models-error.ts';
import { type RequestOptions, request } from './request.ts';

export const sha256Shape = /^[0-9a-f]{64}$/;

/** In hexadecimal digits. */
export async function sha256Of(file: string, signal: AbortSignal): Promise<string> {
  const hash = createHash('sha256');
  try {
    for await (const bytes of createReadStream(file, { highWaterMark: 1 << 20, signal }))
      hash.update(bytes as Uint8Array);
  } catch (thrown) {
    throw signal.aborted ? aborted(thrown) : thrown;
  }
  return hash.digest('hex');
}

const mostListBytes = 1 << 20;

/** What the list `checksum.txt` beside `url` says of that file; undefined where there is no list, or nothing of it there. */
export async function publishedSha256(url: string, options: RequestOptions): Promise<string | undefined> {
  const list = await request(new URL('checksum.txt', url).href, options);
  try {
    if (list.response.status !== 200) return undefined;
    let text = '';
    const decoder = new TextDecoder();
    for await (const bytes of list.bytes()) {
      text += decoder.decode(bytes, { stream: true });
      if (text.length > mostListBytes) return undefined;
    }
    return findSum(text, decodeURIComponent(url.slice(url.lastIndexOf('/') + 1)));
  } finally {
    list.drop();
  }
}

/** A line has the file’s name and its sum, in this order or, as sha256sum writes them, in the other. */
function findSum(list: string, name: string): string | undefined {
  for (const line of list.split('\n')) {
    const words = line.trim().split(/\s+/);
    const sum = words.find((word) => sha256Shape.test(word.toLowerCase()));
    if (sum !== undefined && words.some((word) => word.replace(/^\*/, '') === name)) return sum.toLowerCase();
  }
  return undefined;
}
