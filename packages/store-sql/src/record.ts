import {
  type LoggedEvent,
  type RecognitionOptions,
  type Seq,
  type SessionRecord,
  StoreError,
} from '@live-transcribe/core';
import type { SessionRow } from './tables.ts';

/** A row as the port's record; `living`: the servers that may have it. */
export function recordOf(row: SessionRow, living: ReadonlySet<string>): SessionRecord {
  const closed = row.state === 'closed';
  return {
    id: row.id,
    startedAt: row.started_at,
    ...requestOf(row),
    resumable: row.resumable === 1,
    engine: row.engine,
    state: closed ? 'closed' : 'live',
    ...(!closed && !living.has(row.owner ?? '') && { orphaned: true as const }),
    endedAt: row.ended_at ?? undefined,
    seq: row.seq as Seq,
    segments: row.segments,
    lastEnd: row.last_end,
    duration: closed ? row.duration : row.last_end,
    preview: row.preview,
  };
}

/** What was asked for. Members that are `undefined` are not in JSON; the two that must be there are put back. */
function requestOf(row: SessionRow): { readonly recognition: RecognitionOptions; readonly keepAudio?: boolean } {
  const request = parsed(row.request);
  if (!isObject(request) || typeof request['model'] !== 'string' || typeof request['words'] !== 'boolean')
    throw damaged(`the request of session ${row.id}`);
  const { keepAudio, ...recognition } = request;
  const { model, words } = request;
  return {
    recognition: { language: undefined, prompt: undefined, ...recognition, model, words },
    ...(typeof keepAudio === 'boolean' && { keepAudio }),
  };
}

/** An event as it was kept. `session` is for the message of a fault. */
export function eventOf(body: string, session: string): LoggedEvent {
  const event = parsed(body);
  if (!isLoggedEvent(event)) throw damaged(`an event of session ${session}`);
  return event;
}

const kinds = {
  opened: true,
  resumed: true,
  final: true,
  words: true,
  segment_failed: true,
  gap: true,
  engine_changed: true,
  closed: true,
} as const satisfies Record<LoggedEvent['kind'], true>;

/** What this store has written was an event; this tells apart what something else has changed. */
function isLoggedEvent(value: unknown): value is LoggedEvent {
  return (
    isObject(value) &&
    Number.isSafeInteger(value['seq']) &&
    typeof value['kind'] === 'string' &&
    Object.hasOwn(kinds, value['kind'])
  );
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

function parsed(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}

function damaged(what: string): StoreError {
  return new StoreError(
    'store_unavailable',
    `The database holds something that is not ${what}: restore it from a copy.`,
    {
      retryable: false,
    },
  );
}
