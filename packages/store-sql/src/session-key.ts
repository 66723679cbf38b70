import { randomInt } from 'node:crypto';

/** Sessions that may start in the same millisecond. */
const perMs = 1024;

/** The year 2248; beyond it a key would not fit into 53 bits. */
const latestStart = 2 ** 43;

/**
 * A number for a session that starts then, in ms since 1970: the order of keys is the order of starts, so that one index
 * serves lists, spans of time and the search alike. Of two calls for one millisecond the keys may be equal: try again.
 */
export function sessionKey(startedAt: number): number {
  return firstKeyFrom(startedAt) + randomInt(perMs);
}

/** The least key of a session that starts at `startedAt` or later. */
export function firstKeyFrom(startedAt: number): number {
  return Math.min(Math.max(0, Math.ceil(startedAt)), latestStart) * perMs;
}
