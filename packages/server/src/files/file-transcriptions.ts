import { randomUUID } from 'node:crypto';
import { Readable } from 'node:stream';
import { ClientError, EngineError, type SessionEvent } from '@live-transcribe/core';
import type { StartDefaults } from '@live-transcribe/protocols';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Door } from '../auth/door.ts';
import { principalOf } from '../auth/guard.ts';
import { permitStart } from '../auth/permits.ts';
import { asClientFault } from '../client-fault.ts';
import { httpStatus } from '../http/http-status.ts';
import type { Routes } from '../http/route.ts';
import type { Admissions } from '../limits/admissions.ts';
import { checkLanguage } from '../live/check-language.ts';
import { FileTranscript, fileWriters } from './file-answer.ts';
import { faultEvent, fileEvent } from './file-events.ts';
import { type FileRequest, parseFileForm } from './file-form.ts';
import { fileRoute } from './file-route.ts';
import { openaiError } from './openai-error.ts';
import { type FileParts, transcribeFile } from './transcribe-file.ts';
import { receiveUpload, type Upload } from './upload.ts';

export interface FileTranscriptionsOptions extends FileParts, StartDefaults {
  readonly door: Door;
  readonly admissions: Admissions;
  /** Files that are taken in or transcribed at a time; for 0 there is no such route. */
  readonly mostFiles: number;
  readonly mostBytes: number;
}

/** `POST /v1/audio/transcriptions`: files, as fast as the engine takes them. */
export class FileTranscriptions {
  readonly #options: FileTranscriptionsOptions;
  #running = 0;

  constructor(options: FileTranscriptionsOptions) {
    this.#options = options;
  }

  addTo(routes: Routes): void {
    if (this.#options.mostFiles === 0) return;
    routes.add(fileRoute(this.#options.mostBytes), ({ request, reply }) => this.#take(request, reply));
  }

  async #take(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
    const leaving = new AbortController();
    reply.raw.once('close', () => leaving.abort(new ClientError('bad_message', 'Whoever sent the file has left.')));
    try {
      return await this.#oneOfFew(async (done) => {
        const upload = await receiveUpload(request, this.#options.mostBytes);
        const free = () => upload.free().finally(done);
        try {
          return await this.#answer(upload, { request, reply, free, signal: leaving.signal });
        } catch (thrown) {
          await free();
          throw thrown;
        }
      });
    } catch (thrown) {
      return this.#refuse(thrown, reply);
    }
  }

  /** Calls `work`, which calls `done` when it is, unless it throws. Throws `engine_busy`. */
  async #oneOfFew(work: (done: () => void) => Promise<FastifyReply>): Promise<FastifyReply> {
    const { mostFiles } = this.#options;
    if (this.#running >= mostFiles) {
      throw new EngineError(
        'engine_busy',
        `This server transcribes ${mostFiles} files at a time. Please try again soon.`,
      );
    }
    this.#running += 1;
    let isDone = false;
    const done = () => {
      if (!isDone) this.#running -= 1;
      isDone = true;
    };
    try {
      return await work(done);
    } catch (thrown) {
      done();
      throw thrown;
    }
  }

  async #answer(upload: Upload, { request, reply, free, signal }: Asked): Promise<FastifyReply> {
    const { engine, door, admissions } = this.#options;
    const wanted = parseFileForm(upload.fields, this.#options);
    const principal = principalOf(request);
    permitStart(principal, wanted);
    checkLanguage(wanted.language, engine);
    const address = door.addressOf(request.raw);
    const lease = await admissions.begin({ principal, address });
    const use = (seconds: number) => admissions.use(principal, seconds).catch(() => undefined);
    const done = () => {
      lease.release();
      return free();
    };
    try {
      return await this.#transcribe({ upload, wanted, client: address.network, use }, { reply, free: done, signal });
    } catch (thrown) {
      lease.release();
      throw thrown;
    }
  }

  async #transcribe(
    { upload, wanted, client, use }: Admitted,
    { reply, free, signal }: Omit<Asked, 'request'>,
  ): Promise<FastifyReply> {
    const file = { id: randomUUID(), path: upload.path, request: wanted, client };
    const events = counted(transcribeFile(file, this.#options, signal), use);
    if (!wanted.stream) {
      const answer = await read(events, wanted);
      await free();
      return reply.type(fileWriters[wanted.format].type).send(answer);
    }
    const stream = Readable.from(tell(events, free), { objectMode: false });
    return reply
      .type('text/event-stream; charset=utf-8')
      .headers({ 'cache-control': 'no-store', 'x-accel-buffering': 'no' })
      .send(stream);
  }

  #refuse(thrown: unknown, reply: FastifyReply): FastifyReply {
    const error = asClientFault(thrown);
    if (error.code === 'internal') this.#options.log.error({ err: thrown }, 'a file could not be transcribed');
    const status = httpStatus(error.code);
    if (status === 503 || status === 429) reply.header('retry-after', '5');
    return reply.code(status).send(openaiError(error));
  }
}

interface Admitted {
  readonly upload: Upload;
  readonly wanted: FileRequest;
  readonly client: string;
  /** Counts seconds of audio. Never throws. */
  readonly use: (seconds: number) => Promise<void>;
}

interface Asked {
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
  readonly free: () => Promise<void>;
  /** Aborted when whoever asks has gone. */
  readonly signal: AbortSignal;
}

async function* counted(events: AsyncIterable<SessionEvent>, use: Admitted['use']): AsyncGenerator<SessionEvent, void> {
  for await (const event of events) {
    if (event.kind === 'closed') await use(event.duration / 1000);
    yield event;
  }
}

async function read(events: AsyncIterable<SessionEvent>, wanted: FileRequest): Promise<string> {
  const transcript = new FileTranscript();
  for await (const event of events) transcript.add(event);
  return fileWriters[wanted.format].write(transcript, wanted);
}

async function* tell(events: AsyncIterable<SessionEvent>, free: () => Promise<void>): AsyncGenerator<string, void> {
  const transcript = new FileTranscript();
  try {
    for await (const event of events) {
      transcript.add(event);
      const told = fileEvent(event, transcript);
      if (told !== undefined) yield told;
    }
  } catch (thrown) {
    yield faultEvent(asClientFault(thrown));
  } finally {
    await free();
  }
}
