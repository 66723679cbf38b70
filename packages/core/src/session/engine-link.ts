import { EngineError, TranscribeError } from '../errors.ts';

/**
 * The life of a session's tie to its engine, as a function: `(link, event, now) → link`. All retry policy is here.
 *
 *   connecting ──opened──▶ streaming ──drained──▶ finishing ──ended──▶ ended
 *     ▲    │                 │  ▲                     │
 *     │    └────failed───┐   │  └─────────┐           │
 *   waited               ▼   ▼ failed     │ opened    │ failed
 *     └─────────────── waiting ◀──────────┴───────────┘        too often, or not worth trying ──▶ ended
 *
 * `rotate` leads from streaming to connecting at once: the engine has asked for another connection.
 *
 * The state says what the session has to do: open, wait, recognise, or stop.
 */
export type EngineLink =
  | { readonly state: 'connecting'; readonly failures: number; readonly reconnecting: boolean }
  | { readonly state: 'waiting'; readonly failures: number; readonly delayMs: number; readonly reconnecting: boolean }
  | { readonly state: 'streaming'; readonly failures: number; readonly since: number }
  | { readonly state: 'finishing'; readonly failures: number; readonly since: number }
  | { readonly state: 'ended'; readonly error?: TranscribeError };

export type EngineLinkEvent =
  | { readonly kind: 'opened' }
  /** The engine has settled audio: it works, whatever went before. */
  | { readonly kind: 'progressed' }
  /** The engine has been given all there is, and told so. */
  | { readonly kind: 'drained' }
  /** The engine ended by itself; right only when finishing. */
  | { readonly kind: 'ended' }
  /** `jitter` is a random number from 0 to 1. */
  | { readonly kind: 'failed'; readonly error: TranscribeError; readonly jitter: number }
  | { readonly kind: 'waited' }
  /** The engine asks to go on with another connection. */
  | { readonly kind: 'rotate' }
  /** The session is ended from outside. */
  | { readonly kind: 'aborted'; readonly error: TranscribeError };

/** A connection that has lasted this long was a good one, even if nobody spoke. */
const healthyAfterMs = 30_000;
const firstDelayMs = 250;
const longestDelayMs = 8_000;
/** With the delays above about 25 s, which the replay ring outlasts. */
const failuresAllowed = 8;
/** Somebody waits for the first word: a session that has never had an engine is told early. */
const failuresAllowedAtFirst = 3;
/** Somebody who has stopped waits for the last word: an engine that was silent once is asked once more, not eight times. */
const costOfSilenceAtLast = failuresAllowed;

/** The replay ring holds a minute: an engine that wants to be left alone for longer would cost words, and patience. */
const longestWaitMs = 60_000;
/** An engine that names a wait as short as this at first gets it: it is no longer than a slow network takes. */
const longestWaitAtFirstMs = 5_000;
/** Sessions that were told the same wait come back spread over this share of it. */
const waitSpread = 0.1;

/** At first only what may pass in a moment is tried again: a full or exhausted engine is the client's to know at once. */
const transientAtFirst: readonly string[] = ['engine_unreachable', 'engine_lost', 'engine_timeout'];

export const initialLink: EngineLink = { state: 'connecting', failures: 0, reconnecting: false };

export function advanceLink(link: EngineLink, event: EngineLinkEvent, now: number): EngineLink {
  if (link.state === 'ended') return link;
  switch (event.kind) {
    case 'opened':
      return link.state === 'connecting' ? { state: 'streaming', failures: link.failures, since: now } : link;
    case 'progressed':
      return link.state === 'streaming' || link.state === 'finishing' ? { ...link, failures: 0 } : link;
    case 'drained':
      return link.state === 'streaming' ? { ...link, state: 'finishing' } : link;
    case 'ended':
      return link.state === 'finishing' ? { state: 'ended' } : afterFailure(link, endedUnasked(), 0.5, now);
    case 'failed':
      return afterFailure(link, event.error, event.jitter, now);
    case 'waited':
      return link.state === 'waiting'
        ? { state: 'connecting', failures: link.failures, reconnecting: link.reconnecting }
        : link;
    case 'rotate':
      return link.state === 'streaming' ? afterRotation(link, now) : link;
    case 'aborted':
      return { state: 'ended', error: event.error };
    default:
      return event satisfies never;
  }
}

const isHealthy = (link: EngineLink, now: number) => link.state === 'streaming' && now - link.since >= healthyAfterMs;

/** Without delay, and no failure; but an engine that wants nothing else, connection after connection, does not work. */
function afterRotation(link: Extract<EngineLink, { state: 'streaming' }>, now: number): EngineLink {
  const failures = isHealthy(link, now) ? 0 : link.failures + 1;
  if (failures <= failuresAllowed) return { state: 'connecting', failures, reconnecting: true };
  return { state: 'ended', error: new EngineError('engine_lost', 'The engine keeps asking for another connection.') };
}

const endedUnasked = () => new EngineError('engine_lost', 'The engine ended the recognition without being asked.');

function afterFailure(
  link: Exclude<EngineLink, { state: 'ended' }>,
  error: TranscribeError,
  jitter: number,
  now: number,
): EngineLink {
  const connected = link.state === 'streaming' || link.state === 'finishing';
  const reconnecting = connected || link.reconnecting;
  const cost = link.state === 'finishing' && error.code === 'engine_timeout' ? costOfSilenceAtLast : 1;
  const failures = (isHealthy(link, now) ? 0 : link.failures) + cost;
  const allowed = reconnecting ? failuresAllowed : failuresAllowedAtFirst;
  if (!isWorthTrying(error, reconnecting) || failures > allowed) return { state: 'ended', error };
  const askedMs = askedWaitMs(error);
  if (askedMs > longestWaitMs) return { state: 'ended', error: withWait(error, askedMs) };
  const longest = Math.min(firstDelayMs * 2 ** (failures - 1), longestDelayMs);
  const delayMs = Math.max(longest * (0.5 + jitter / 2), askedMs * (1 + jitter * waitSpread));
  return { state: 'waiting', failures, delayMs: Math.min(delayMs, longestWaitMs), reconnecting };
}

const askedWaitMs = (error: TranscribeError) => (error instanceof EngineError ? (error.retryAfterMs ?? 0) : 0);

function isWorthTrying(error: TranscribeError, reconnecting: boolean): boolean {
  if (!error.retryable) return false;
  if (reconnecting || transientAtFirst.includes(error.code)) return true;
  const askedMs = askedWaitMs(error);
  return askedMs > 0 && askedMs <= longestWaitAtFirstMs;
}

const withWait = (error: TranscribeError, ms: number) =>
  new TranscribeError(error.code, `${error.message} The engine takes no more for ${Math.ceil(ms / 1000)} s.`, {
    cause: error,
    retryable: error.retryable,
  });
