import { toSrt, toText, toVtt } from '@live-transcribe/captions';
import { ClientError, type SessionRecord, type SessionStore } from '@live-transcribe/core';
import { parseLanguage } from '@live-transcribe/protocols';
import type { z } from 'zod';
import type { LiveSessions } from '../live/live-sessions.ts';
import { isSessionId } from '../live/session-id.ts';
import type { Recordings } from '../recordings/recordings.ts';
import { describeAudio } from './describe-audio.ts';
import { type Answer, errorAnswer, type Routes } from './route.ts';
import {
  idParameter,
  listQuery,
  sessionDetail,
  sessionPage,
  summaryOf,
  type TranscriptItem,
  transcriptFormats,
  transcriptQuery,
} from './session-schemas.ts';
import { readTranscript } from './transcript.ts';

export interface SessionRouteOptions {
  readonly store: SessionStore;
  readonly lives: LiveSessions;
  readonly recordings: Pick<Recordings, 'open' | 'remove'>;
}

type Format = (typeof transcriptFormats)[number];

const captions = {
  txt: { type: 'text/plain; charset=utf-8', write: toText },
  srt: { type: 'application/x-subrip; charset=utf-8', write: toSrt },
  vtt: { type: 'text/vtt; charset=utf-8', write: toVtt },
} as const satisfies Record<Exclude<Format, 'json'>, unknown>;

const unknown: Answer = { says: 'There is no such session.', json: errorAnswer };
const unavailable: Answer = { says: 'The store cannot be reached just now.', json: errorAnswer };
const badValue: Answer = { says: 'A parameter has a value that is not allowed.', json: errorAnswer };

/** What was said: lists, transcripts, deletion. */
export function addSessionRoutes(routes: Routes, { store, lives, recordings }: SessionRouteOptions): void {
  const detailOf = async (record: SessionRecord) => ({
    ...summaryOf(record),
    audio: await describeAudio(record, recordings),
    items: await readTranscript(store, record.id),
  });

  routes.add(
    {
      method: 'GET',
      path: '/v1/sessions',
      says: 'Sessions, newest first.',
      access: ['sessions'],
      query: listQuery,
      answers: { 200: { says: 'One page.', json: sessionPage }, 422: badValue, 503: unavailable },
    },
    async ({ query }) => {
      const { sessions, next } = await store.list(storeQuery(query));
      return { sessions: sessions.map(summaryOf), next: next ?? null };
    },
  );

  routes.add(
    {
      method: 'GET',
      path: '/v1/sessions/:id',
      says: 'One session and what was said in it.',
      access: ['sessions'],
      parameters: idParameter,
      answers: { 200: { says: 'The session.', json: sessionDetail }, 404: unknown, 503: unavailable },
    },
    async ({ parameters: { id } }) => {
      const record = await findSession(store, id);
      return detailOf(record);
    },
  );

  routes.add(
    {
      method: 'GET',
      path: '/v1/sessions/:id/transcript',
      says: 'What was said, as a file: JSON, plain text, or captions.',
      access: ['sessions'],
      parameters: idParameter,
      query: transcriptQuery,
      answers: {
        200: { says: 'The file.', types: ['application/json', ...Object.values(captions).map(({ type }) => type)] },
        404: unknown,
        422: badValue,
        503: unavailable,
      },
    },
    async ({ parameters: { id }, query: { format }, reply }) => {
      const record = await findSession(store, id);
      reply.header('content-disposition', `attachment; filename="${fileName(record, format)}"`);
      if (format === 'json') return reply.send(sessionDetail.parse(await detailOf(record)));
      const { type, write } = captions[format];
      const items = await readTranscript(store, id);
      return reply.type(type).send(write(items.filter(isSpoken)));
    },
  );

  routes.add(
    {
      method: 'DELETE',
      path: '/v1/sessions/:id',
      says: 'Deletes a session and all that is kept of it. One that lives is ended first.',
      access: ['sessions'],
      parameters: idParameter,
      answers: { 204: { says: 'It is deleted.', empty: true }, 404: unknown, 503: unavailable },
    },
    async ({ parameters: { id }, reply }) => {
      // Before anything is ended: a store that cannot delete shall not cost the session.
      await findSession(store, id);
      await lives.remove(id);
      await store.delete(id);
      await recordings.remove(id);
      return reply.code(204).send();
    },
  );
}

/** Throws `session_unknown`. */
export async function findSession(store: Pick<SessionStore, 'find'>, id: string): Promise<SessionRecord> {
  const record = isSessionId(id) ? await store.find(id) : undefined;
  if (!record) throw new ClientError('session_unknown', `There is no session ${id.slice(0, 40)}.`);
  return record;
}

function storeQuery({ limit, cursor, q, live, language, from, to }: z.output<typeof listQuery>) {
  const parsed = language === undefined ? undefined : parseLanguage(language);
  return {
    limit,
    ...(cursor !== undefined && { cursor }),
    ...(q !== undefined && q.trim() !== '' && { text: q }),
    ...(live !== undefined && { state: live ? ('live' as const) : ('closed' as const) }),
    ...(parsed?.ok && parsed.language !== undefined && { language: parsed.language }),
    ...(from !== undefined && { from: Date.parse(from) }),
    ...(to !== undefined && { to: Date.parse(to) }),
  };
}

const isSpoken = ({ error }: TranscriptItem): boolean => error === undefined;

/** When it was, and enough of which: `2026-01-31-1200-1a2b3c4d.srt`. */
function fileName({ id, startedAt }: SessionRecord, format: Format): string {
  const when = new Date(startedAt).toISOString().slice(0, 16).replace('T', '-').replace(':', '');
  return `${when}-${id.slice(0, 8)}.${format}`;
}
