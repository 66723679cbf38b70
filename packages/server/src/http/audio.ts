import { Readable } from 'node:stream';
import { ClientError } from '@live-transcribe/core';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { OpenForReading } from '../recordings/recordings.ts';
import { type ByteRange, byteRange } from './byte-range.ts';
import { errorAnswer, type Routes } from './route.ts';
import { idParameter } from './session-schemas.ts';
import { findSession, type SessionRouteOptions } from './sessions.ts';

const type = 'audio/flac';

/** What was heard, as a file that a player can begin anywhere. */
export function addAudioRoute(routes: Routes, { store, recordings }: SessionRouteOptions): void {
  routes.add(
    {
      method: 'GET',
      path: '/v1/sessions/:id/audio',
      says: 'What was heard, where it is kept, as FLAC: its times are those of the transcript. Of a live session: so far.',
      access: ['sessions'],
      parameters: idParameter,
      answers: {
        200: { says: 'The file.', types: [type] },
        206: { says: 'The bytes that "Range" asks for.', types: [type] },
        404: { says: 'There is no such session, or its audio is not kept.', json: errorAnswer },
        416: { says: 'The file has no such bytes.', json: errorAnswer },
        503: { says: 'The store cannot be reached just now.', json: errorAnswer },
      },
    },
    async ({ parameters: { id }, request, reply }) => {
      await findSession(store, id);
      const recording = await recordings.open(id);
      if (!recording) throw new ClientError('session_unknown', `No audio is kept of session ${id.slice(0, 40)}.`);
      return send(recording, id, request, reply);
    },
  );
}

function send(recording: OpenForReading, id: string, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const { bytes: size, samples, missing, file } = recording;
  const tag = `"${size}-${samples}-${missing}"`;
  const { range: asked, 'if-range': condition } = request.headers;
  // Of a file that has grown since, parts would not fit together.
  const range = byteRange(condition === undefined || condition === tag ? asked : undefined, size);
  reply.header('accept-ranges', 'bytes').header('etag', tag).header('cache-control', 'private, no-cache');
  if (range === 'none') {
    void file.close();
    reply.header('content-range', `bytes */${size}`).code(416);
    return reply.send({ error: `The file has ${size} bytes.`, code: 'bad_value' });
  }
  const { first, last } = range === 'all' ? { first: 0, last: size - 1 } : range;
  if (range !== 'all') reply.code(206).header('content-range', `bytes ${first}-${last}/${size}`);
  reply.header('content-length', last - first + 1);
  reply.header('content-disposition', `inline; filename="${id.slice(0, 8)}.flac"`);
  if (request.method === 'HEAD') {
    void file.close();
    return reply.type(type).send(Readable.from([]));
  }
  return reply.type(type).send(Readable.from(read(recording, { first, last }), { objectMode: false }));
}

/** The bytes of a range, whose beginning may be the file's own start with what is known by now; closes the file. */
async function* read({ file, start }: OpenForReading, { first, last }: ByteRange): AsyncGenerator<Uint8Array> {
  try {
    if (first < start.length) yield start.subarray(first, last + 1);
    const from = Math.max(first, start.length);
    if (from > last) return;
    for await (const chunk of file.createReadStream({ start: from, end: last, autoClose: false })) yield chunk;
  } finally {
    await file.close();
  }
}
