import type { PassThrough } from 'node:stream';
import {
  ClientError,
  type Clock,
  type EventBus,
  isOver,
  type SessionStore,
  TranscribeError,
} from '@live-transcribe/core';
import type { Config } from '../config/settings.ts';
import type { Log } from '../observe/log.ts';
import { eventStream } from './event-stream.ts';
import { errorAnswer, type Routes } from './route.ts';
import { idParameter } from './session-schemas.ts';
import { findSession } from './sessions.ts';

export interface WatchOptions {
  readonly store: SessionStore;
  readonly bus: EventBus;
  readonly clock: Clock;
  readonly log: Log;
  /** How long after the end of a run the speaker is waited for, unless they have said that this was all. */
  readonly comingBackMs: number;
  readonly config: Config;
}

/** Who follows sessions at this server. */
export class Watchers {
  readonly #streams = new Set<PassThrough>();

  get count(): number {
    return this.#streams.size;
  }

  /** `GET /v1/sessions/:id/events`. */
  addTo(routes: Routes, { store, config, ...options }: WatchOptions): void {
    routes.add(
      {
        method: 'GET',
        path: '/v1/sessions/:id/events',
        says:
          'A session as server-sent events: from its start, or after the header Last-Event-ID, then live, to its end. ' +
          'The data are the messages of /v1/transcriptions.',
        access: ['watch', 'sessions'],
        parameters: idParameter,
        answers: {
          200: { says: 'The events.', types: ['text/event-stream'] },
          204: { says: 'The session is over, and all of it is known.', empty: true },
          404: { says: 'There is no such session.', json: errorAnswer },
          422: { says: 'Last-Event-ID is no number.', json: errorAnswer },
          429: { says: 'As many follow sessions here as are allowed.', json: errorAnswer },
          503: { says: 'The store cannot be reached just now.', json: errorAnswer },
        },
      },
      async ({ parameters: { id }, request, reply }) => {
        const after = lastEventId(request.headers['last-event-id']);
        const record = await findSession(store, id);
        // Browsers come back when a stream has ended; this alone tells them not to.
        const knowsAll = after >= record.seq && (await isOver(record, store, options.comingBackMs));
        if (knowsAll) return reply.code(204).send();
        if (this.#streams.size >= config.maxWatchers) throw tooMany();
        const stream = eventStream({ session: id, after, store, ...options });
        this.#streams.add(stream);
        stream.on('close', () => this.#streams.delete(stream));
        return reply
          .type('text/event-stream; charset=utf-8')
          .headers({ 'cache-control': 'no-store', 'x-accel-buffering': 'no' })
          .send(stream);
      },
    );
  }

  /** Ends all streams; their readers come back, to another server if this one stops. */
  end(): void {
    for (const stream of this.#streams) stream.end();
  }
}

const tooMany = () =>
  new TranscribeError(
    'too_many_watchers',
    'As many follow sessions here as are allowed. Please try again in a moment.',
  );

/** Throws `bad_value`. */
function lastEventId(header: string | readonly string[] | undefined): number {
  if (header === undefined || header === '') return 0;
  if (typeof header === 'string' && /^\d{1,15}$/.test(header)) return Number(header);
  throw new ClientError('bad_value', 'The header Last-Event-ID must be a number that an event had as its id.');
}
