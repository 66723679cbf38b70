import { ModelsError } from './models-error.ts';
import type { Part } from './part.ts';

/** What an answer means for the file of which `part` is here. */
export type Verdict =
  /** Its bytes go to the file, beginning at `from`. */
  | {
      readonly kind: 'body';
      readonly from: number;
      readonly total: number | undefined;
      readonly validator: string | undefined;
    }
  /** All of it is here already. */
  | { readonly kind: 'complete' }
  /** What is here does not fit to what comes. */
  | { readonly kind: 'anew'; readonly why: string }
  | { readonly kind: 'fault'; readonly fault: ModelsError };

export function judge(response: Response, url: string, part: Part): Verdict {
  const { status, headers } = response;
  if (status === 416) return rangeRefused(headers, url, part);
  if (status !== 200 && status !== 206) return { kind: 'fault', fault: statusFault(response, url) };
  const odd = oddity(headers);
  if (odd !== undefined) return { kind: 'fault', fault: new ModelsError('refused', `${url} ${odd}`) };
  if (status === 206) return continued(headers, url, part);
  return { kind: 'body', from: 0, total: lengthOf(headers), validator: validatorOf(headers) };
}

function oddity(headers: Headers): string | undefined {
  const type = headers.get('content-type') ?? '';
  if (/^text\/html|^application\/xhtml/i.test(type)) {
    return 'answers with a page for people in the place of the file: a proxy’s, or a sign-in?';
  }
  const encoding = headers.get('content-encoding') ?? 'identity';
  if (encoding !== 'identity') return `is sent encoded as ${encoding}, which nobody has asked for.`;
  return undefined;
}

function continued(headers: Headers, url: string, part: Part): Verdict {
  const range = /^bytes (\d+)-(\d+)\/(\d+|\*)$/.exec(headers.get('content-range') ?? '');
  const total = range?.[3] === undefined || range[3] === '*' ? undefined : Number(range[3]);
  const fits = Number(range?.[1]) === part.bytes && part.bytes > 0 && total === part.total;
  if (!fits) return { kind: 'anew', why: `${url} has continued at another place than it was asked to.` };
  return { kind: 'body', from: part.bytes, total, validator: part.validator };
}

function rangeRefused(headers: Headers, url: string, part: Part): Verdict {
  const total = /^bytes \*\/(\d+)$/.exec(headers.get('content-range') ?? '')?.[1];
  const isWhole = part.bytes > 0 && part.bytes === part.total && (total === undefined || Number(total) === part.bytes);
  if (isWhole) return { kind: 'complete' };
  return { kind: 'anew', why: `${url} has another length than before.` };
}

function lengthOf(headers: Headers): number | undefined {
  const length = headers.get('content-length');
  return length !== null && /^\d{1,15}$/.test(length) ? Number(length) : undefined;
}

/** A weak ETag promises the same meaning, not the same bytes. */
function validatorOf(headers: Headers): string | undefined {
  const etag = headers.get('etag');
  if (etag !== null && !etag.startsWith('W/')) return etag;
  return headers.get('last-modified') ?? undefined;
}

function statusFault({ status, headers }: Response, url: string): ModelsError {
  const retryable = status === 408 || status === 429 || status >= 500;
  const says = `${url} answers with status ${status}`;
  if (retryable) {
    return new ModelsError('unreachable', `${says}.`, { retryable, retryAfterMs: retryAfterOf(headers) });
  }
  const why = status === 404 || status === 410 ? ': it is not there (any more).' : '.';
  return new ModelsError('refused', `${says}${why}`);
}

function retryAfterOf(headers: Headers): number | undefined {
  const seconds = headers.get('retry-after');
  return seconds !== null && /^\d{1,6}$/.test(seconds) ? Number(seconds) * 1000 : undefined;
}
