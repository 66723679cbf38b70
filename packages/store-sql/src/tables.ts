/** Columns as both databases give them: numbers stay below 2^53, and what is true or false is 1 or 0. */
export interface SessionRow {
  /** Orders sessions by their start: `sessionKey`. */
  key: number;
  id: string;
  started_at: number;
  /** `RecognitionOptions` as JSON. */
  request: string;
  resumable: number;
  engine: string;
  state: string;
  ended_at: number | null;
  epoch: number;
  seq: number;
  segments: number;
  last_end: number;
  duration: number;
  preview: string;
  language: string | null;
  /** The server that has claimed it last. */
  owner: string | null;
}

/** A server that may have sessions. */
export interface ServerRow {
  id: string;
  /** When it last said that it lives, in milliseconds since 1970. */
  seen_at: number;
}

export interface EventRow {
  /** The session's key. */
  session: number;
  seq: number;
  kind: string;
  /** The whole event as JSON. */
  body: string;
}

/** The distinct words of a session that lives; those of closed ones are in the search index, which is dearer to change. */
export interface WordRow {
  /** The session's key. */
  session: number;
  word: string;
}

/** One row that says what this database is. */
export interface StoreRow {
  version: number;
  /** Random; makes cursors of this database known from those of another. */
  secret: string;
  /** Written by `readiness`: whether a write succeeds is known only by writing. */
  probed_at: number;
}

export interface Tables {
  sessions: SessionRow;
  events: EventRow;
  words: WordRow;
  store: StoreRow;
  servers: ServerRow;
}

/** All columns of `sessions` but its key, for a query that takes the key from elsewhere. */
export const sessionColumns = [
  'id',
  'started_at',
  'request',
  'resumable',
  'engine',
  'state',
  'ended_at',
  'epoch',
  'seq',
  'segments',
  'last_end',
  'duration',
  'preview',
  'language',
  'owner',
] as const satisfies readonly Exclude<keyof SessionRow, 'key'>[];
