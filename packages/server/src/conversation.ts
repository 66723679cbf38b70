import { randomUUID } from 'node:crypto';
import { decibelsOf, Intake, LevelMeter, type OpenAac } from '@live-transcribe/audio';
import {
  asTranscribeError,
  ClientError,
  type Clock,
  type Engine,
  type Frame,
  Session,
  type SessionEvent,
  type SessionRequest,
  withTimeLimit,
} from '@live-transcribe/core';
import { closeCode } from './close-code.ts';
import type { Log } from './observe/log.ts';
import { observeEngine } from './observe/observed-engine.ts';
import { epochSeconds } from './observe/rings.ts';
import { sentText } from './observe/sent-text.ts';
import { asClientFault, type SpeakingOptions, speak, tellFault } from './speaking.ts';

export interface ConversationOptions extends SpeakingOptions {
  readonly clock: Clock;
  readonly openAac: OpenAac;
  /** Ends everything at once. */
  readonly signal: AbortSignal;
}

/** The contract gives a client 10 s for its start message. */
const startWithinMs = 10_000;

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
  const intake = openIntake(request, options);
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
  const meter = new LevelMeter();
  const speaking = speak(frames, { session, intake, meter }, { ...options, log });
  const closed = await tell(session, { ...options, log });
  options.socket.frames.end();
  const fault = (await speaking) ?? closed?.error;
  const { peak, rms, clipped } = meter.total;
  const level = { peakDb: decibelsOf(peak), rmsDb: decibelsOf(rms), clipped };
  const lastedMs = Math.round(clock.now() - began);
  const story = { audioMs: closed?.duration, segments: closed?.segments, lastedMs, ...level };
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

function openIntake({ audio }: SessionRequest, { engine, openAac }: ConversationOptions): Intake {
  try {
    return new Intake({ declared: audio, sampleRate: engine.sampleRate, openAac });
  } catch (thrown) {
    throw asClientFault(thrown);
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
    noteInLog(event, log);
    const text = codec.encode(event);
    if (text === undefined || !socket.open) continue;
    const waiting = socket.send(text);
    if (waiting) await waiting;
    rings.frontText.add({ t: epochSeconds(), session_id: session.id, ...sentText(event) });
  }
  return closed;
}

function noteInLog(event: SessionEvent, log: Log): void {
  if (event.kind === 'engine_changed' && event.planned) log.info(event, 'the engine connection was replaced');
  else if (event.kind === 'engine_changed' || event.kind === 'gap') log.warn(event, 'the engine connection was lost');
}

async function refuse(thrown: unknown, { socket, codec, log }: ConversationOptions): Promise<void> {
  const error = asTranscribeError(thrown);
  if (error.code === 'internal') log.error({ err: thrown }, 'the connection failed');
  else log.info({ code: error.code }, `connection refused: ${error.message}`);
  await tellFault(error, socket, codec);
  await socket.close(closeCode(error.code), error.message);
}
