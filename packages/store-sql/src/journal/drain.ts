import { type Claim, type LoggedEvent, type NewSession, type SessionStore, StoreError } from '@live-transcribe/core';
import { type JournalEntry, journalEntry } from './entries.ts';
import type { Journal } from './journal.ts';

/** Entries that are under way to the database at a time: the more of one session, the fewer statements. */
const window = 1_000;

export interface Draining {
  readonly journal: Journal;
  readonly store: SessionStore;
  /** Of sessions that were created by way of the journal; grows as they are. */
  readonly claims: Map<string, Claim>;
  /** Told what the database has refused for good: another server has the session, or it was deleted. */
  readonly refused: (session: string, error: StoreError) => void;
}

/** Writes the entries on to the database, in order. What the database has already is passed over. Throws where it cannot be reached. */
export async function drain(draining: Draining): Promise<void> {
  let entries: JournalEntry[] = [];
  for await (const value of draining.journal.entries()) {
    const entry = journalEntry(value);
    if (entry) entries.push(entry);
    if (entries.length < window) continue;
    await writeAll(draining, entries);
    entries = [];
  }
  await writeAll(draining, entries);
}

/** Finds the claims that an earlier process has noted. */
export async function notedClaims(journal: Journal): Promise<Map<string, Claim>> {
  const claims = new Map<string, Claim>();
  for await (const value of journal.entries()) {
    const entry = journalEntry(value);
    if (entry?.kind === 'created') claims.set(entry.claim.session, entry.claim);
  }
  return claims;
}

async function writeAll(draining: Draining, entries: readonly JournalEntry[]): Promise<void> {
  for (const entry of entries) if (entry.kind === 'create') await create(draining, entry.session);
  // Of one session they keep their order; those of others need not wait.
  const results = await Promise.allSettled(joined(entries).map((part) => append(draining, part)));
  for (const result of results) if (result.status === 'rejected') throw result.reason;
}

interface Part {
  readonly claim: Claim;
  readonly events: LoggedEvent[];
}

/** The appends, those that follow one another in a session as one. */
function joined(entries: readonly JournalEntry[]): readonly Part[] {
  const parts: Part[] = [];
  const latest = new Map<string, Part>();
  for (const entry of entries) {
    if (entry.kind !== 'append') continue;
    const { claim, events } = entry;
    const before = latest.get(claim.session);
    const follows = before?.claim.epoch === claim.epoch && events[0]?.seq === (before.events.at(-1)?.seq ?? 0) + 1;
    if (before && follows) before.events.push(...events);
    else {
      const part = { claim, events: [...events] };
      latest.set(claim.session, part);
      parts.push(part);
    }
  }
  return parts;
}

async function create({ journal, store, claims, refused }: Draining, session: NewSession) {
  if (claims.has(session.id)) return;
  try {
    const claim = await store.create(session);
    claims.set(session.id, claim);
    // Another process that goes on from here must not claim it again: somebody else may have it by then.
    await journal.write({ kind: 'created', claim } satisfies JournalEntry);
  } catch (error) {
    tell(refused, session.id, error);
  }
}

async function append({ store, claims, refused }: Draining, { claim, events }: Part) {
  const { session } = claim;
  try {
    await store.append(isProvisional(claim) ? (claims.get(session) ?? claim) : claim, events);
    if (endsRun(events)) claims.delete(session);
  } catch (error) {
    tell(refused, session, error);
  }
}

function tell(refused: Draining['refused'], session: string, error: unknown): void {
  if (!(error instanceof StoreError) || error.retryable) throw error;
  refused(session, error);
}

/** Whether nobody speaks any more under the claim they came with. */
const endsRun = (events: readonly LoggedEvent[]): boolean => events.at(-1)?.kind === 'closed';

/** The right to append to a session that the database does not know yet. */
export const provisionalClaim = (session: string): Claim => ({ session, epoch: 0 });

const isProvisional = ({ epoch }: Claim): boolean => epoch === 0;
