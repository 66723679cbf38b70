import { EngineError, type TranscribeError } from '../errors.ts';

/**
 * The life of a session's tie to its engine, as a function: `(link, event, now) → link`. All retry policy is here.
 *
 *   connecting ──opened──▶ streaming ──drained──▶ finishing ──ended──▶ ended
 *     ▲    │                 │  ▲                     │
 *     │    └────failed───┐   │  └─────────┐           │
 *   waited               ▼   ▼ failed     │ opened    │ failed
 *     └─────────────── waiting ◀──────────┴───────────┘        too often, or not worth trying ──▶ ended
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
    case 'aborted':
      return { state: 'ended', error: event.error };
    default:
      return event satisfies never;
  }
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
  const healthy = link.state === 'streaming' && now - link.since >= healthyAfterMs;
  const cost = link.state === 'finishing' && error.code === 'engine_timeout' ? costOfSilenceAtLast : 1;
  const failures = (healthy ? 0 : link.failures) + cost;
  const worthTrying = error.retryable && (reconnecting || transientAtFirst.includes(error.code));
  const allowed = reconnecting ? failuresAllowed : failuresAllowedAtFirst;
  if (!worthTrying || failures > allowed) return { state: 'ended', error };
  const longest = Math.min(firstDelayMs * 2 ** (failures - 1), longestDelayMs);
  return { state: 'waiting', failures, delayMs: longest * (0.5 + jitter / 2), reconnecting };
}
