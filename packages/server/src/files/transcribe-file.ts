import { Intake, type OpenAac, rawEncodings } from '@live-transcribe/audio';
import {
  ClientError,
  type Clock,
  type Engine,
  Session,
  type SessionEvent,
  TranscribeError,
} from '@live-transcribe/core';
import { asClientFault } from '../client-fault.ts';
import type { Log } from '../observe/log.ts';
import type { Metrics } from '../observe/metrics.ts';
import { observeEngine } from '../observe/observed-engine.ts';
import type { Rings } from '../observe/rings.ts';
import { type Closed, endOf } from '../observe/session-end.ts';
import type { SessionObservation } from '../observe/session-observation.ts';
import { fileBytes } from './file-bytes.ts';
import type { FileRequest } from './file-form.ts';

export interface FileParts {
  readonly engine: Engine;
  readonly openAac: OpenAac;
  readonly clock: Clock;
  readonly log: Log;
  readonly rings: Rings;
  readonly metrics: Metrics;
}

export interface AudioFile {
  readonly id: string;
  readonly path: string;
  readonly request: FileRequest;
  /** The address of who has sent it. */
  readonly client: string | undefined;
}

/** Where files are taken. */
export const filesPath = '/v1/audio/transcriptions';

/**
 * A file through a session of its own, as fast as the engine takes it. Yields what the session says; ends it when the
 * reader leaves, or `signal` is aborted. Throws `TranscribeError` for what was wrong with the file, or with the engine.
 */
export async function* transcribeFile(
  file: AudioFile,
  parts: FileParts,
  signal: AbortSignal,
): AsyncGenerator<SessionEvent, void> {
  const ending = new AbortController();
  const { session, observed } = open(file, parts, AbortSignal.any([signal, ending.signal]));
  let fault: TranscribeError | undefined;
  const feeding = feed(file, { session, observed }, parts, ending.signal).catch((thrown: unknown) => {
    fault = asClientFault(thrown);
    ending.abort(fault);
  });
  let closed: Closed | undefined;
  try {
    for await (const event of session.events()) {
      if (event.kind === 'closed') closed = event;
      if (event.kind !== 'covered') observed.told(event);
      yield event;
    }
    // What was wrong with the file tells more than how the session ended for it.
    if (fault) throw fault;
    if (closed?.error) throw new TranscribeError(closed.error.code, closed.error.message);
  } finally {
    ending.abort(new TranscribeError('internal', 'Nobody reads on.'));
    await feeding;
    observed.ended(closed);
    noteEnd(file, fault?.code ?? endOf(closed), observed, parts.log);
  }
}

interface Transcribing {
  readonly session: Session;
  readonly observed: SessionObservation;
}

function open({ id, request, client }: AudioFile, parts: FileParts, signal: AbortSignal): Transcribing {
  const { engine, clock, rings, metrics } = parts;
  const { model, language = 'auto' } = request;
  const about = { id, protocol: filesPath, client, engine: engine.id, model, language, sampleRate: engine.sampleRate };
  const observed = metrics.observe(about, () => session);
  const session: Session = new Session({
    ...{ id, recognition: request, clock, random: Math.random, signal },
    engine: observeEngine(engine, observed, rings),
  });
  return { session, observed };
}

async function feed(
  { path, request }: AudioFile,
  { session, observed }: Transcribing,
  { engine, openAac }: FileParts,
  signal: AbortSignal,
): Promise<void> {
  const intake = new Intake({ declared: request.audio, sampleRate: engine.sampleRate, openAac });
  const write = async (samples: Int16Array) => {
    if (!request.isRaw && rawFormats.has(intake.format)) throw unrecognised();
    observed.received(intake.format, samples.length, session.received + samples.length, performance.now());
    await session.write(samples);
  };
  try {
    for await (const bytes of fileBytes(path)) {
      signal.throwIfAborted();
      await write(await intake.push(bytes));
    }
    await write(await intake.end());
    if (session.received === 0) throw new ClientError('bad_audio', 'There is no audio in the file.');
    session.finish({ stopped: true });
  } catch (thrown) {
    if (!(thrown instanceof TranscribeError)) observed.undecodable(intake.format, asClientFault(thrown).code);
    throw thrown;
  } finally {
    intake.free();
  }
}

/** What the intake takes for raw samples when it recognises nothing. */
const rawFormats: ReadonlySet<string | undefined> = new Set(rawEncodings);

const unrecognised = () =>
  new ClientError(
    'unsupported_audio',
    'The file is no audio that is known here; of raw samples say "encoding", "sample_rate" and "channels".',
  );

function noteEnd({ id, client, request }: AudioFile, reason: string, observed: SessionObservation, log: Log): void {
  const { model, language = 'auto' } = request;
  const formats = observed.receivedSeconds;
  const audioMs = Math.round(formats.reduce((sum, [, seconds]) => sum + seconds * 1000, 0));
  const story = { session: id, reason, client, model, language, audioMs, formats: formats.map(([format]) => format) };
  log.info({ ...story, ...observed.counts, usage: observed.usage }, 'file transcribed');
}
