import { type CompiledQuery, type Kysely, type RawBuilder, sql } from 'kysely';
import type { Runner } from './append-transaction.ts';
import { often, type StoreDialect } from './dialect.ts';
import { previewLength } from './summary.ts';
import type { EventRow, Tables, WordRow } from './tables.ts';

/** What a final changes in its session's row. */
export interface Advance {
  readonly id: string;
  readonly epoch: number;
  /** The number before the first event's. */
  readonly after: number;
  readonly seq: number;
  readonly segments: number;
  readonly last_end: number;
  readonly preview: string;
}

/** What the beginning or the end of a run changes; `undefined`: nothing. */
export interface Turn {
  readonly key: number;
  readonly state: 'live' | 'closed';
  readonly engine: string | undefined;
  readonly language: string | undefined;
  readonly duration: number | undefined;
  readonly ended_at: number | undefined;
}

/** A statement about any number of rows, compiled once: compiling it anew would cost as much as running it. */
export type Statement<Row, Answer = unknown> = (runner: Runner, rows: readonly Row[]) => Promise<readonly Answer[]>;

export interface AppendStatements {
  /**
   * The one that decides: where the claim is out of date, or the session is at another number, nothing changes. Answers
   * the sessions it has changed.
   */
  readonly advance: Statement<Advance, { readonly id: string; readonly key: number }>;
  readonly turn: Statement<Turn>;
  readonly insertEvents: Statement<EventRow>;
  /** Words that are there already are passed over. */
  readonly insertWords: Statement<WordRow>;
}

export function appendStatements(db: Kysely<Tables>, dialect: StoreDialect): AppendStatements {
  const compiled = <Row extends object, Answer>(
    columns: Columns<Row>,
    text: (rows: RawBuilder<unknown>) => RawBuilder<Answer>,
  ): Statement<Row, Answer> => {
    const names = keysOf(columns);
    const compile = (rows: RawBuilder<unknown>): CompiledQuery =>
      sql`${sql.raw(often)} ${text(sql`(SELECT ${rows}) AS news`)}`.compile(db);
    const types = names.map((name) => ({ name, type: sql.raw(columns[name]) }));
    const one = compile(sql.join(types.map(({ name, type }) => sql`cast(${null} AS ${type}) AS ${sql.ref(name)}`)));
    const fields = types.map(({ name, type }) => sql`cast(value ->> ${sql.lit(name)} AS ${type}) AS ${sql.ref(name)}`);
    const many = compile(sql`${sql.join(fields)} FROM ${dialect.elements('')}`);
    return async (runner, rows) => {
      const [row] = rows;
      // A single one, which is the rule, is spared the way through JSON.
      const query =
        row && rows.length === 1
          ? { ...one, parameters: names.map((name) => row[name] ?? null) }
          : { ...many, parameters: [JSON.stringify(rows)] };
      return (await runner.executeQuery<Answer>(query)).rows;
    };
  };
  return {
    advance: compiled(advanceColumns, advance),
    turn: compiled(turnColumns, turn),
    insertEvents: compiled(eventColumns, insertEvents),
    insertWords: compiled(wordColumns, insertWords),
  };
}

type Columns<Row> = Readonly<Record<keyof Row & string, 'text' | 'bigint' | 'double precision'>>;

/** The names of a row's columns, in the order in which they are written. */
const keysOf = <Row extends object>(columns: Columns<Row>) => Object.keys(columns) as (keyof Row & string)[];

const advanceColumns: Columns<Advance> = {
  id: 'text',
  epoch: 'bigint',
  after: 'bigint',
  seq: 'bigint',
  segments: 'bigint',
  last_end: 'double precision',
  preview: 'text',
};

const length = sql.lit(previewLength);

// A column that is set has its index rewritten, even to the same value: what is indexed is left to `turn`.
const advance = (news: RawBuilder<unknown>) => sql<{ readonly id: string; readonly key: number }>`
  UPDATE sessions SET
    seq = news.seq,
    segments = sessions.segments + news.segments,
    last_end = CASE WHEN news.last_end > sessions.last_end THEN news.last_end ELSE sessions.last_end END,
    preview = CASE WHEN news.preview = '' OR length(sessions.preview) >= ${length} THEN sessions.preview
      ELSE substr(ltrim(sessions.preview || ' ' || news.preview), 1, ${length}) END
  FROM ${news}
  WHERE sessions.id = news.id AND sessions.epoch = news.epoch AND sessions.seq = news.after
  RETURNING sessions.id, sessions.key`;

const turnColumns: Columns<Turn> = {
  key: 'bigint',
  state: 'text',
  engine: 'text',
  language: 'text',
  duration: 'double precision',
  ended_at: 'bigint',
};

const turn = (news: RawBuilder<unknown>) => sql`
  UPDATE sessions SET
    state = news.state,
    engine = coalesce(news.engine, sessions.engine),
    language = coalesce(news.language, sessions.language),
    duration = coalesce(news.duration, sessions.duration),
    ended_at = news.ended_at
  FROM ${news}
  WHERE sessions.key = news.key`;

const eventColumns: Columns<EventRow> = { session: 'bigint', seq: 'bigint', kind: 'text', body: 'text' };

const insertEvents = (news: RawBuilder<unknown>) => sql`
  INSERT INTO events (session, seq, kind, body) SELECT session, seq, kind, body FROM ${news}`;

const wordColumns: Columns<WordRow> = { session: 'bigint', word: 'text' };

const insertWords = (news: RawBuilder<unknown>) => sql`
  INSERT INTO words (session, word) SELECT session, word FROM ${news} WHERE true ON CONFLICT DO NOTHING`;
