import { type Notice, samplesToMs, timelineMs } from '@live-transcribe/audio';
import {
  ClientError,
  type Command,
  type Engine,
  type Frame,
  type ProtocolCodec,
  type TranscribeError,
} from '@live-transcribe/core';
import { asClientFault } from './client-fault.ts';
import type { ClientSocket, ReceivedFrame } from './client-socket.ts';
import type { Toll } from './limits/toll.ts';
import type { Speaker } from './live/speaker.ts';
import type { Log } from './observe/log.ts';
import type { Rings } from './observe/rings.ts';

export interface SpeakingOptions {
  readonly toll: Toll;
  readonly socket: ClientSocket;
  readonly codec: ProtocolCodec;
  readonly engine: Engine;
  readonly log: Log;
  readonly rings: Rings;
}

/** How a client came to speak no more. */
export type Departure =
  /** It said that this was all. */
  | { readonly kind: 'stopped' }
  /** It closed its connection as one should, or the connection was lost. */
  | { readonly kind: 'left' | 'lost' }
  /** The session has ended. */
  | { readonly kind: 'over' }
  /** The server let it go. */
  | { readonly kind: 'dismissed'; readonly error: TranscribeError }
  /** Its audio cannot be decoded, or something broke here. */
  | { readonly kind: 'failed'; readonly error: TranscribeError };

/** Decoding and resampling one slice takes about a millisecond: the longest that one client keeps the others waiting. */
const sliceBytes = 32 * 1024;

/** Brings the client's frames into the session until it stops, leaves, or sends what cannot be decoded. */
export async function speak(speaker: Speaker, options: SpeakingOptions): Promise<Departure> {
  const { live, seat, intake, seam } = speaker;
  try {
    const departure = await hear(speaker, options);
    const comesBack = departure.kind === 'lost' && live.resumable;
    if (comesBack || seat.dismissal) return departure;
    await live.write(seam.take(await intake.end()));
    await tellNotices(intake.takeNotices(), speaker, options);
    return departure;
  } catch (thrown) {
    const error = asClientFault(thrown);
    live.observed.undecodable(intake.format, error.code);
    if (error.code === 'internal') options.log.error({ err: thrown }, 'the intake failed');
    return { kind: 'failed', error };
  } finally {
    options.socket.frames.end();
  }
}

async function hear(speaker: Speaker, options: SpeakingOptions): Promise<Departure> {
  const { socket } = options;
  const { seat } = speaker;
  try {
    // What waits here when it is dismissed is another connection's to bring.
    while ((await socket.frames.ready()) && !seat.dismissal) {
      const obeyed = obeyNext(speaker, options);
      const goesOn = typeof obeyed === 'boolean' ? obeyed : await obeyed;
      if (!goesOn) return { kind: 'stopped' };
    }
  } catch (thrown) {
    if (thrown !== socket.ending) throw thrown;
  }
  const error = seat.dismissal ?? socket.ending;
  if (error) return { kind: 'dismissed', error };
  if (socket.open) return { kind: 'over' };
  return { kind: socket.saidGoodbye ? 'left' : 'lost' };
}

/** In a function of its own: one that waits holds on to all that it has had in its hands, for a hundred milliseconds each time. */
function obeyNext(speaker: Speaker, options: SpeakingOptions): boolean | Promise<boolean> {
  const frame = options.socket.frames.take();
  const obeyed = obey(frame, speaker, options);
  return frame.kind === 'text' ? paid(obeyed, options.toll) : obeyed;
}

/** Texts are few, and cost what audio of the same time would not. */
async function paid(obeyed: boolean | Promise<boolean>, toll: Toll): Promise<boolean> {
  const goesOn = await obeyed;
  if (goesOn) await toll.message();
  return goesOn;
}

/** Carries out what one frame asks; answers whether more may follow, at once where nothing has to be waited for. */
function obey(frame: ReceivedFrame, speaker: Speaker, options: SpeakingOptions): boolean | Promise<boolean> {
  const command = decode(frame, options);
  if (command instanceof ClientError) return complain(command, options);
  switch (command?.kind) {
    case 'audio':
      return listen(command.bytes, frame.at, speaker, options);
    case 'commit':
      speaker.live.session.commit();
      return true;
    case 'clear':
      speaker.live.session.clear();
      return true;
    case 'stop':
      return false;
    case 'start':
    case 'resume':
    case undefined:
      return true;
    default:
      return command satisfies never;
  }
}

function decode(frame: Frame, { codec }: SpeakingOptions): Command | ClientError | undefined {
  try {
    return codec.decode(frame);
  } catch (thrown) {
    if (thrown instanceof ClientError) return thrown;
    throw thrown;
  }
}

/** A message that makes no sense disturbs nothing else. */
async function complain(error: ClientError, { codec, socket, log }: SpeakingOptions): Promise<true> {
  log.debug({ code: error.code }, error.message);
  await tellFault(error, socket, codec);
  return true;
}

/** The path of a chunk: to samples, to the session, and noted. Answers a promise only where there is something to wait for. */
function listen(
  bytes: Uint8Array,
  receivedAt: number,
  speaker: Speaker,
  options: SpeakingOptions,
): true | Promise<true> {
  if (bytes.length > sliceBytes) return listenInSlices(bytes, receivedAt, speaker, options);
  const taken = speaker.intake.push(bytes);
  const waiting =
    taken instanceof Int16Array
      ? hearSamples(taken, bytes.length, receivedAt, speaker, options)
      : taken.then((samples) => hearSamples(samples, bytes.length, receivedAt, speaker, options));
  return waiting === undefined || waiting.then(() => true);
}

async function listenInSlices(
  bytes: Uint8Array,
  receivedAt: number,
  speaker: Speaker,
  options: SpeakingOptions,
): Promise<true> {
  for (let at = 0; at < bytes.length; at += sliceBytes) {
    await listen(bytes.subarray(at, at + sliceBytes), receivedAt, speaker, options);
  }
  return true;
}

/** `decoded` comes from so many bytes, and need not stay as it is. Answers what to wait for before more comes. */
function hearSamples(
  decoded: Int16Array,
  bytes: number,
  receivedAt: number,
  speaker: Speaker,
  options: SpeakingOptions,
): Promise<unknown> | undefined {
  const { live, intake, seam } = speaker;
  const { session, meter, observed } = live;
  const { engine, rings, toll } = options;
  const samples = seam.take(decoded);
  const start = session.received;
  const notices = intake.takeNotices();
  const telling = notices.length > 0 ? tellNotices(notices, speaker, options) : undefined;
  const { peak, rms } = meter.add(samples);
  observed.received(intake.format, samples.length, start + samples.length, receivedAt);
  const writing = live.write(samples);
  const due = toll.audio(samples.length);
  const from = samplesToMs(start, engine.sampleRate) / 1000;
  const to = samplesToMs(start + samples.length, engine.sampleRate) / 1000;
  rings.frontChunks.add(session.id, bytes, from, to, peak, rms);
  return telling || writing || due ? Promise.all([telling, writing, due]) : undefined;
}

async function tellNotices(
  notices: readonly Notice[],
  { live, intake }: Speaker,
  { engine, socket, codec, log }: SpeakingOptions,
): Promise<void> {
  for (const notice of notices) {
    const at = timelineMs(samplesToMs(live.session.received, engine.sampleRate));
    log.info({ code: notice.code, atMs: Math.round(at) }, notice.message);
    live.observed.noticed(intake.format, notice.code);
    await socket.send(codec.encodeNotice(notice, at));
  }
}

/** Tells the client what went wrong. */
export async function tellFault(error: TranscribeError, socket: ClientSocket, codec: ProtocolCodec): Promise<void> {
  await socket.send(codec.encodeFault({ code: error.code, message: error.message }));
}
