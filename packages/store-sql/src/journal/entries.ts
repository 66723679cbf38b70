import type { Claim, LoggedEvent, NewSession } from '@live-transcribe/core';

/** What a journal holds. */
export type JournalEntry =
  | { readonly kind: 'create'; readonly session: NewSession }
  /** The database has created a session of this journal: its appends are under this claim. */
  | { readonly kind: 'created'; readonly claim: Claim }
  | { readonly kind: 'append'; readonly claim: Claim; readonly events: readonly LoggedEvent[] };

/** An entry as this program has written it; `undefined` for anything else. */
export function journalEntry(value: unknown): JournalEntry | undefined {
  if (typeof value !== 'object' || value === null || !('kind' in value)) return undefined;
  switch (value.kind) {
    case 'create':
      return 'session' in value ? (value as JournalEntry) : undefined;
    case 'created':
      return 'claim' in value ? (value as JournalEntry) : undefined;
    case 'append':
      return 'claim' in value && 'events' in value ? (value as JournalEntry) : undefined;
    default:
      return undefined;
  }
}
