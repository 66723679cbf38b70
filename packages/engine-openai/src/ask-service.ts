import type { EngineError } from '@live-transcribe/core';
import { type DialectName, dialectAt, dialectNamed, parseBaseUrl } from './dialects.ts';
import { httpFault, readBody } from './http-fault.ts';
import { retryAfterOf } from './retry-after.ts';
import { serviceOf } from './service.ts';
import { engineError } from './upstream-fault.ts';

export interface AskServiceOptions {
  readonly apiKey: string | undefined;
  /** As in `OPENAI_BASE_URL`. */
  readonly baseUrl: string;
  /** Found from the address when absent. */
  readonly dialect?: DialectName;
  readonly signal: AbortSignal;
}

/** What came of asking the service for its models: the cheapest question that needs the key. */
export type ServiceAnswer = { readonly service: string; readonly host: string } & (
  | {
      readonly kind: 'answered';
      readonly status: number;
      /** What the service's clock says, in ms since 1970. */
      readonly time: number | undefined;
      /** What is wrong according to the answer. A server that has no such list does not know the question, which is nothing wrong. */
      readonly error: EngineError | undefined;
    }
  /** Nobody answered; `reason` is what the network says. */
  | { readonly kind: 'silent'; readonly reason: string }
);

/** Asks the service one question. Never rejects, except where the address is none. */
export async function askService({ apiKey, baseUrl, dialect, signal }: AskServiceOptions): Promise<ServiceAnswer> {
  const base = parseBaseUrl(baseUrl);
  const spoken = dialect ? dialectNamed(dialect) : dialectAt(base);
  const service = serviceOf(spoken, apiKey);
  const about = { service: service.name, host: base.host };
  try {
    const headers = apiKey === undefined ? {} : spoken.headers(apiKey);
    const answer = await fetch(spoken.models(base), { headers, redirect: 'manual', signal });
    const { status } = answer;
    const { text: body } = answer.body ? await readBody(answer.body) : { text: '' };
    const said = Date.parse(answer.headers.get('date') ?? '');
    const isWrong = status >= 400 && status !== 404 && status !== 405;
    const retryAfterMs = retryAfterOf(answer.headers, Date.now());
    const error = isWrong ? engineError(httpFault({ status, body, retryAfterMs }), service) : undefined;
    return { ...about, kind: 'answered', status, time: Number.isNaN(said) ? undefined : said, error };
  } catch (thrown) {
    return { ...about, kind: 'silent', reason: service.redact(reasonOf(signal.aborted ? signal.reason : thrown)) };
  }
}

/** `fetch` hides the reason in its error's cause; of a name with two addresses the first one speaks for both. */
function reasonOf(thrown: unknown): string {
  if (!(thrown instanceof Error)) return String(thrown);
  if (thrown instanceof AggregateError) return reasonOf(thrown.errors[0]);
  return thrown.cause instanceof Error ? reasonOf(thrown.cause) : thrown.message;
}
