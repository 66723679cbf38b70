import { EngineError, type EngineErrorCode } from '@live-transcribe/core';
import type { Redact } from './redact.ts';
import { retryAfterIn } from './retry-after.ts';

/** What the upstream, or the network before it, said was wrong; in its own words, so not for clients. */
export interface UpstreamFault {
  readonly message?: string | undefined;
  /** Of an HTTP answer. */
  readonly status?: number | undefined;
  readonly code?: string | null | undefined;
  readonly type?: string | null | undefined;
  /** What of the request was wrong, by the service's own path to it. */
  readonly param?: string | null | undefined;
  /** Of an HTTP answer's headers. */
  readonly retryAfterMs?: number | undefined;
}

/** An `UpstreamFault` without secrets, as the cause of an `EngineError`: for the log. */
export class UpstreamError extends Error {
  override readonly name = 'UpstreamError';
  readonly status: number | undefined;
  readonly code: string | undefined;
  readonly type: string | undefined;

  constructor({ message, status, code, type }: UpstreamFault, redact: Redact) {
    super(redact((message ?? 'No reason was given.').slice(0, longestMessage)));
    this.status = status;
    this.code = code === null || code === undefined ? undefined : redact(code);
    this.type = type === null || type === undefined ? undefined : redact(type);
  }
}

/** In characters; a page of HTML tells no more after its beginning. */
const longestMessage = 1_000;

interface Meaning {
  readonly code: EngineErrorCode;
  readonly message: string;
  readonly retryable?: boolean;
}

const badKey: Meaning = { code: 'engine_auth', message: 'OpenAI did not accept the API key of this server.' };
const noCredit: Meaning = {
  code: 'engine_quota',
  message: 'The OpenAI account of this server has no credit left.',
  retryable: false,
};
const tooMany: Meaning = {
  code: 'engine_quota',
  message: 'OpenAI limits the rate of requests; try again in a moment.',
};
const noModel: Meaning = {
  code: 'engine_refused',
  message: 'OpenAI does not offer this model to the account of this server.',
};
const noRegion: Meaning = {
  code: 'engine_refused',
  message: 'OpenAI does not serve the country or region that this server is in.',
};
const unverified: Meaning = {
  code: 'engine_refused',
  message: 'The organisation of this server has to be verified with OpenAI before it may use this model.',
};
const refused: Meaning = { code: 'engine_refused', message: 'OpenAI refused the session as it was asked for.' };
const down: Meaning = {
  code: 'engine_unreachable',
  message: 'OpenAI could not be reached, or has a fault of its own.',
};
const expired: Meaning = { code: 'engine_lost', message: 'The session with OpenAI reached its maximum duration.' };

/** The service's own codes say more than the status: a model that is not allowed comes as 403, an empty account as 429. */
const meanings: Readonly<Record<string, Meaning>> = {
  invalid_api_key: badKey,
  account_deactivated: badKey,
  insufficient_quota: noCredit,
  billing_hard_limit_reached: noCredit,
  billing_not_active: noCredit,
  rate_limit_exceeded: tooMany,
  model_not_found: noModel,
  DeploymentNotFound: noModel,
  unsupported_country_region_territory: noRegion,
  session_expired: expired,
  beta_api_shape_disabled: refused,
};

/** The codes after which an open session is of no more use; other `error` events leave it open. */
export const isFatal = (code: string | null | undefined): boolean =>
  code !== null && code !== undefined && Object.hasOwn(meanings, code);

/** Has no code of its own: it comes as a model that is not found. */
const saysUnverified = /organi[sz]ation must be verified/i;

/** The last member of a `param` that people know by its name; anything else the service says stays in the cause. */
const knownParam = /(?:^|\.)(model|language|languages|prompt|keywords|delay|turn_detection|noise_reduction)(?:\.|\[|$)/;

/** As the engine port tells it: a sentence for people, with the upstream's own words as its cause. */
export function engineError(fault: UpstreamFault, redact: Redact): EngineError {
  const { code, message, retryable } = meaningOf(fault);
  const retryAfterMs = fault.retryAfterMs ?? retryAfterIn(fault.message ?? '');
  return new EngineError(code, message, {
    cause: new UpstreamError(fault, redact),
    ...(retryable !== undefined && { retryable }),
    ...(retryAfterMs !== undefined && { retryAfterMs }),
  });
}

function meaningOf(fault: UpstreamFault): Meaning {
  if (saysUnverified.test(fault.message ?? '')) return unverified;
  const known = fault.code && isFatal(fault.code) ? meanings[fault.code] : undefined;
  if (known) return known;
  const meaning = byStatus(fault.status);
  const name = knownParam.exec(fault.param ?? '')?.[1];
  return meaning === refused && name
    ? { ...refused, message: `OpenAI refused the session for the value of its member "${name}".` }
    : meaning;
}

function byStatus(status: number | undefined): Meaning {
  if (status === 401 || status === 403) return badKey;
  if (status === 429) return tooMany;
  if (status === 408 || (status !== undefined && status >= 500)) return down;
  return refused;
}

/** Nothing came back at all: no name, no route, no TLS, nobody there. */
export function unreachable(thrown: unknown, redact: Redact): EngineError {
  return engineErrorOf(down, { message: reasonOf(thrown) }, redact);
}

/** The connection ended without being asked to. `code` and `reason` of the WebSocket's close. */
export function lost(code: number, reason: string, redact: Redact): EngineError {
  const meaning: Meaning = { code: 'engine_lost', message: 'The connection to OpenAI was lost.' };
  return engineErrorOf(meaning, { message: `The WebSocket was closed with ${code} ${reason}` }, redact);
}

/** One item has no text; the session goes on. */
export const utteranceFailed = (fault: UpstreamFault, redact: Redact): EngineError =>
  new EngineError('utterance_failed', 'OpenAI could not transcribe this utterance.', {
    cause: new UpstreamError(fault, redact),
  });

const engineErrorOf = ({ code, message }: Meaning, fault: UpstreamFault, redact: Redact): EngineError =>
  new EngineError(code, message, { cause: new UpstreamError(fault, redact) });

/** `fetch` hides the reason in its error's cause. */
function reasonOf(thrown: unknown): string {
  if (!(thrown instanceof Error)) return String(thrown);
  return thrown.cause instanceof Error ? `${thrown.message}: ${thrown.cause.message}` : thrown.message;
}
