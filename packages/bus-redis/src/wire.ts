import type { BusMessage, Wanted } from '@live-transcribe/core';

/** Of what is below; entries of another version are passed over. */
const version = 1;

/** What is said to all servers. */
export type Call =
  /** Who watches what at a server, from now on and for a while. `isNew`: it did not before. */
  | { readonly kind: 'watching'; readonly sessions: readonly string[]; readonly isNew: boolean }
  | { readonly kind: 'unwatched'; readonly sessions: readonly string[] }
  /** `question` comes back with the answer. */
  | (Wanted & { readonly kind: 'wanted'; readonly question: string });

/** What is said to one server. */
export type Letter =
  | { readonly kind: 'said'; readonly session: string; readonly message: BusMessage }
  | { readonly kind: 'answer'; readonly question: string; readonly what: 'letting go' | 'let go' };

export interface Envelope<T> {
  /** The server that says it. */
  readonly by: string;
  readonly items: readonly T[];
}

export const encode = (by: string, items: readonly (Call | Letter)[]): string => JSON.stringify({ version, by, items });

/** An entry as this program has written it; `undefined` for anything else. */
export function decode<T extends Call | Letter>(text: string | undefined): Envelope<T> | undefined {
  const value = text === undefined ? undefined : parsed(text);
  if (typeof value !== 'object' || value === null || !('version' in value) || value.version !== version)
    return undefined;
  const known = 'by' in value && typeof value.by === 'string' && 'items' in value && Array.isArray(value.items);
  // Who can write here is one of us: of the same version, it has written what stands above.
  return known ? (value as unknown as Envelope<T>) : undefined;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
