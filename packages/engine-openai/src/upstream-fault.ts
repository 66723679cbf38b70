import { EngineError, type EngineErrorCode } from '@live-transcribe/core';
import { retryAfterIn } from './retry-after.ts';
import type { Service } from './service.ts';

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

  constructor({ message, status, code, type }: UpstreamFault, { redact }: Pick<Service, 'redact'>) {
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
  /** A sentence for people; `service` is what they know it by. */
  readonly sentence: (service: string) => string;
  readonly retryable?: boolean;
}

const badKey: Meaning = {
  code: 'engine_auth',
  sentence: (service) => `The API key of this gateway was not accepted by ${service}.`,
};
/**
 * The key was good enough to mint it. It has expired in between, clocks differ, or the service has forgotten it in a
 * restart: the next attempt mints another, and learns then if it was the key after all.
 */
const refusedSecret: Meaning = {
  code: 'engine_unreachable',
  sentence: (service) => `A client secret just minted by ${service} was not accepted.`,
};
const noCredit: Meaning = {
  code: 'engine_quota',
  sentence: (service) => `The account of this gateway with ${service} has no credit left.`,
  retryable: false,
};
const tooMany: Meaning = {
  code: 'engine_quota',
  sentence: (service) => `The rate of requests is limited by ${service}; try again in a moment.`,
};
const noModel: Meaning = {
  code: 'engine_refused',
  sentence: (service) => `This model is not offered to this gateway by ${service}.`,
};
const noRegion: Meaning = {
  code: 'engine_refused',
  sentence: (service) => `The country or region that this gateway is in is not served by ${service}.`,
};
const unverified: Meaning = {
  code: 'engine_refused',
  sentence: (service) =>
    `The organisation of this gateway has to be verified with ${service} before it may use this model.`,
};
const refused: Meaning = {
  code: 'engine_refused',
  sentence: (service) => `The session as it was asked for was refused by ${service}.`,
};
const refusedFor = (member: string): Meaning => ({
  ...refused,
  sentence: (service) => `The session was refused by ${service} for the value of its member "${member}".`,
});
const down: Meaning = {
  code: 'engine_unreachable',
  sentence: (service) => `No connection to ${service} could be made, or it has a fault of its own.`,
};
const gone: Meaning = {
  code: 'engine_lost',
  sentence: (service) => `The connection to ${service} was lost.`,
};
const expired: Meaning = {
  code: 'engine_lost',
  sentence: (service) => `The session with ${service} reached its maximum duration.`,
};
const noText: Meaning = {
  code: 'utterance_failed',
  sentence: (service) => `This utterance could not be transcribed by ${service}.`,
};

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
export const engineError = (fault: UpstreamFault, service: Service): EngineError =>
  errorOf(meaningOf(fault), fault, service);

/** The same of a session that was about to be opened: what would be wrong with a key may be wrong with a secret only. */
export function openingError(fault: UpstreamFault, service: Service): EngineError {
  const meaning = meaningOf(fault);
  return errorOf(meaning === badKey && service.mintsSecrets ? refusedSecret : meaning, fault, service);
}

/** Nothing came back at all: no name, no route, no TLS, nobody there. */
export const unreachable = (thrown: unknown, service: Service): EngineError =>
  errorOf(down, { message: reasonOf(thrown) }, service);

/** The connection ended without being asked to. `code` and `reason` of the WebSocket's close. */
export const lost = (code: number, reason: string, service: Service): EngineError =>
  errorOf(gone, { message: `The WebSocket was closed with ${code} ${reason}` }, service);

/** One item has no text; the session goes on. */
export const utteranceFailed = (fault: UpstreamFault, service: Service): EngineError => errorOf(noText, fault, service);

function errorOf({ code, sentence, retryable }: Meaning, fault: UpstreamFault, service: Service): EngineError {
  const retryAfterMs = fault.retryAfterMs ?? retryAfterIn(fault.message ?? '');
  return new EngineError(code, sentence(service.name), {
    cause: new UpstreamError(fault, service),
    ...(retryable !== undefined && { retryable }),
    ...(retryAfterMs !== undefined && { retryAfterMs }),
  });
}

function meaningOf(fault: UpstreamFault): Meaning {
  if (saysUnverified.test(fault.message ?? '')) return unverified;
  const known = fault.code && isFatal(fault.code) ? meanings[fault.code] : undefined;
  if (known) return known;
  const meaning = byStatus(fault.status);
  const member = knownParam.exec(fault.param ?? '')?.[1];
  return meaning === refused && member ? refusedFor(member) : meaning;
}

function byStatus(status: number | undefined): Meaning {
  if (status === 401 || status === 403) return badKey;
  if (status === 429) return tooMany;
  if (status === 408 || (status !== undefined && status >= 500)) return down;
  return refused;
}

/** `fetch` hides the reason in its error's cause. */
function reasonOf(thrown: unknown): string {
  if (!(thrown instanceof Error)) return String(thrown);
  return thrown.cause instanceof Error ? `${thrown.message}: ${thrown.cause.message}` : thrown.message;
}
