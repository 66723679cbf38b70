import { randomUUID } from 'node:crypto';
import { AudioError, Intake, samplesToMs } from '@live-transcribe/audio';
import {
  asTranscribeError,
  ClientError,
  type Clock,
  type Engine,
  type Frame,
  type ProtocolCodec,
  Session,
  type SessionEvent,
  type SessionRequest,
  type TranscribeError,
  withTimeLimit,
} from '@live-transcribe/core';
import type { ClientSocket } from './client-socket.ts';
import { closeCode } from './close-code.ts';
import type { Log } from './observe/log.ts';
import { observeEngine } from './observe/observed-engine.ts';
import { epochSeconds, type Rings } from './observe/rings.ts';
import { sentText } from './observe/sent-text.ts';

export interface ConversationOptions {
  readonly socket: ClientSocket;
  readonly codec: ProtocolCodec;
  readonly engine: Engine;
  readonly clock: Clock;
  readonly log: Log;
  readonly rings: Rings;
  /** Ends everything at once. */
  readonly signal: AbortSignal;
}

/** The contract gives a client 10 s for its start message. */
const startWithinMs = 10_000;
/** Decoding and resampling one slice takes about a millisecond: the longest that one client keeps the others waiting. */
const sliceBytes = 32 * 1024;

/** One client, from its socket's opening to its close: commands in, session events out. */
export async function converse(options: ConversationOptions): Promise<void> {
  const { socket, codec, log } = options;
  try {
    const frames = socket.frames[Symbol.asyncIterator]();
    const request = codec.begin() ?? (await startRequest(frames, options));
    if (request) await transcribe(request, frames, options);
    else await socket.close(1000, '');
  } catch (thrown) {
    await refuse(thrown, options);
  }
  log.debug('connection ended');
}

/** What the first message asks for; `undefined` when the client leaves without one. */
async function startRequest(
  frames: AsyncIterator<Frame>,
  { socket, codec, clock }: ConversationOptions,
): Promise<SessionRequest | undefined> {
  const late = new ClientError('start_timeout', `No start message came within ${startWithinMs / 1000} s.`);
  const limit = { ms: startWithinMs, clock, onLate: () => socket.endWith(late) };
  const first = await withTimeLimit(limit, () => frames.next());
  if (first.done) return undefined;
  const command = codec.decode(first.value);
  return command?.kind === 'start' ? command.request : undefined;
}

async function transcribe(
  request: SessionRequest,
  frames: AsyncIterator<Frame>,
  options: ConversationOptions,
): Promise<void> {
  const { engine, clock, rings } = options;
  checkLanguage(request, engine);
  const intake = openIntake(request, engine);
  const id = randomUUID();
  const log = options.log.child({ session: id });
  const session = new Session({
    id,
    engine: observeEngine(engine, id, rings),
    recognition: request,
    clock,
    random: Math.random,
    signal: options.signal,
  });
  const began = clock.now();
  log.info({ language: request.language ?? 'auto', model: request.model, audio: request.audio }, 'session started');
  const speaking = speak(frames, session, intake, { ...options, log });
  const closed = await tell(session, { ...options, log });
  options.socket.frames.end();
  const fault = (await speaking) ?? closed?.error;
  const story = { audioMs: closed?.duration, segments: closed?.segments, lastedMs: Math.round(clock.now() - began) };
  if (fault) log.warn({ ...story, code: fault.code }, `session ended: ${fault.message}`);
  else log.info(story, 'session ended');
  await options.socket.close(closeCode(fault?.code), fault?.message ?? '');
}

function checkLanguage({ language }: SessionRequest, { id, features }: Engine): void {
  const { languages } = features;
  if (language === undefined || languages === 'any' || languages.includes(language)) return;
  const known = languages.join(', ');
  throw new ClientError('unsupported_language', `The engine ${id} of this server knows ${known}, not "${language}".`);
}

function openIntake({ audio }: SessionRequest, { sampleRate }: Engine): Intake {
  try {
    return new Intake({ declared: audio, sampleRate });
  } catch (thrown) {
    throw asClientFault(thrown);
  }
}

/** Brings the client's frames into the session until it stops, leaves, or sends what cannot be decoded. */
async function speak(
  frames: AsyncIterator<Frame>,
  session: Session,
  intake: Intake,
  options: ConversationOptions,
): Promise<TranscribeError | undefined> {
  const { socket, codec } = options;
  try {
    for (let item = await frames.next(); !item.done; item = await frames.next()) {
      const goesOn = await obey(item.value, session, intake, options);
      if (!goesOn) break;
    }
    await session.write(intake.end());
    return undefined;
  } catch (thrown) {
    const error = asClientFault(thrown);
    if (error.code === 'internal') options.log.error({ err: thrown }, 'the intake failed');
    await tellFault(error, socket, codec);
    return error;
  } finally {
    intake.free();
    session.finish();
    socket.frames.end();
  }
}

/** Carries out what one frame asks; answers whether more may follow. */
async function obey(frame: Frame, session: Session, intake: Intake, options: ConversationOptions): Promise<boolean> {
  const { codec, socket, log } = options;
  try {
    const command = codec.decode(frame);
    switch (command?.kind) {
      case 'audio':
        await listen(command.bytes, session, intake, options);
        return true;
      case 'commit':
        session.commit();
        return true;
      case 'clear':
        session.clear();
        return true;
      case 'stop':
        return false;
      case 'start':
      case undefined:
        return true;
      default:
        return command satisfies never;
    }
  } catch (thrown) {
    // A message that makes no sense disturbs nothing else.
    if (!(thrown instanceof ClientError)) throw thrown;
    log.debug({ code: thrown.code }, thrown.message);
    await tellFault(thrown, socket, codec);
    return true;
  }
}

async function listen(
  bytes: Uint8Array,
  session: Session,
  intake: Intake,
  { engine, rings }: ConversationOptions,
): Promise<void> {
  for (let at = 0; at < bytes.length; at += sliceBytes) {
    const slice = bytes.length <= sliceBytes ? bytes : bytes.subarray(at, at + sliceBytes);
    const samples = await intake.push(slice);
    const start = samplesToMs(session.received, engine.sampleRate) / 1000;
    await session.write(samples);
    rings.frontChunks.add({
      t: epochSeconds(),
      session_id: session.id,
      bytes: slice.length,
      start_s: start,
      end_s: samplesToMs(session.received, engine.sampleRate) / 1000,
    });
  }
}

/** Brings the session's events to the client, and to nobody once it has gone. Answers the last one. */
async function tell(
  session: Session,
  { socket, codec, rings, log }: ConversationOptions,
): Promise<Extract<SessionEvent, { kind: 'closed' }> | undefined> {
  let closed: Extract<SessionEvent, { kind: 'closed' }> | undefined;
  for await (const event of session.events()) {
    if (event.kind === 'closed') closed = event;
    if (event.kind === 'engine_changed' || event.kind === 'gap') log.warn(event, 'the engine connection was lost');
    const text = codec.encode(event);
    if (text === undefined || !socket.open) continue;
    await socket.send(text);
    rings.frontText.add({ t: epochSeconds(), session_id: session.id, ...sentText(event) });
  }
  return closed;
}

async function refuse(thrown: unknown, { socket, codec, log }: ConversationOptions): Promise<void> {
  const error = asTranscribeError(thrown);
  if (error.code === 'internal') log.error({ err: thrown }, 'the connection failed');
  else log.info({ code: error.code }, `connection refused: ${error.message}`);
  await tellFault(error, socket, codec);
  await socket.close(closeCode(error.code), error.message);
}

async function tellFault(error: TranscribeError, socket: ClientSocket, codec: ProtocolCodec): Promise<void> {
  await socket.send(codec.encodeFault({ code: error.code, message: error.message }));
}

function asClientFault(thrown: unknown): TranscribeError {
  if (thrown instanceof AudioError) return new ClientError(thrown.code, thrown.message, { cause: thrown });
  return asTranscribeError(thrown);
}
