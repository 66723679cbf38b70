import type { LoggedEvent, Seq } from '../session/events.ts';
import type { RecognitionOptions } from './engine.ts';

/** What is known of a session before its first event. */
export interface NewSession {
  readonly id: string;
  /** Milliseconds since 1970. */
  readonly startedAt: number;
  /** As asked for: another run of the session asks the engine for the same. */
  readonly recognition: RecognitionOptions;
  /** Whether a client may come back to it. */
  readonly resumable: boolean;
  /** Whether the client wants its audio kept; absent: as the server has it. */
  readonly keepAudio?: boolean;
}

/** A session as it stands in the store. */
export interface SessionRecord extends NewSession {
  /** Of the engine of its latest run. */
  readonly engine: string;
  readonly state: 'live' | 'closed';
  /** Set of one that is not closed, while no server that lives has it: it may be gone on with. */
  readonly orphaned?: true;
  /** When its latest run closed, in milliseconds since 1970; `undefined` while it lives. */
  readonly endedAt: number | undefined;
  /** Of the last event. */
  readonly seq: Seq;
  /** Segments that are closed, by a text or by a failure. */
  readonly segments: number;
  /** Where the last segment ended, in ms of the timeline. */
  readonly lastEnd: number;
  /** Milliseconds of audio: of a closed session, else up to its last segment. */
  readonly duration: number;
  /** The first words, for a list; at most 200 characters. */
  readonly preview: string;
}

/**
 * The right to append to a session: whoever claims it last has it. `epoch` only grows; an append with an older one is
 * refused, so that an owner that was thought dead cannot write beside its successor.
 */
export interface Claim {
  readonly session: string;
  readonly epoch: number;
}

export interface SessionQuery {
  /** Only sessions in whose text all of these words occur; the last one may be the beginning of a word. */
  readonly text?: string;
  /** `live`: a server has it. `closed`: nobody has, be it that it was closed or left behind; `orphaned`: only the latter. */
  readonly state?: 'live' | 'closed' | 'orphaned';
  readonly language?: string;
  /** Milliseconds since 1970, of the start; `from` is included, `to` is not. */
  readonly from?: number;
  readonly to?: number;
  /** At most so many; 1 to 200. */
  readonly limit: number;
  /** As an earlier page gave it. */
  readonly cursor?: string;
}

/** Newest first. */
export interface SessionPage {
  readonly sessions: readonly SessionRecord[];
  /** Gives the next page; `undefined` on the last one. */
  readonly next: string | undefined;
}

/** Keeps what was said. All methods throw `StoreError`. */
export interface SessionStore {
  /** Keeps a new session, claimed by the caller. Repeating it for the same id and start claims it again. */
  create(session: NewSession): Promise<Claim>;
  /** Takes the session over from whoever has it; `undefined` where there is none. */
  claim(id: string): Promise<{ readonly claim: Claim; readonly record: SessionRecord } | undefined>;
  /**
   * Keeps events, in order; resolves when they would survive the end of this process. Idempotent by number: one that
   * is kept already is passed over. Throws `store_fenced` when the session has been claimed anew or deleted.
   */
  append(claim: Claim, events: readonly LoggedEvent[]): Promise<void>;
  find(id: string): Promise<SessionRecord | undefined>;
  /** Events after number `after`, in order, at most `limit`. */
  read(id: string, after: Seq, limit: number): Promise<readonly LoggedEvent[]>;
  /** Throws `store_bad_cursor` for a cursor that this store has not given. */
  list(query: SessionQuery): Promise<SessionPage>;
  /** Removes a session and all that is kept of it; answers whether there was one. */
  delete(id: string): Promise<boolean>;
  /** Removes closed sessions that ended before `endedBefore` (milliseconds since 1970), at most `limit`; answers how many. */
  expire(endedBefore: number, limit: number): Promise<number>;
  /** Whether it would keep something now; `reason` says what to do. */
  readiness(): Promise<{ readonly ready: true } | { readonly ready: false; readonly reason: string }>;
  close(): Promise<void>;
}
