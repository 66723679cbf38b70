import { AudioError, type Intake, type LevelMeter, samplesToMs, timelineMs } from '@live-transcribe/audio';
import {
  asTranscribeError,
  ClientError,
  type Engine,
  type Frame,
  type ProtocolCodec,
  type Session,
  type TranscribeError,
} from '@live-transcribe/core';
import type { ClientSocket } from './client-socket.ts';
import type { Log } from './observe/log.ts';
import { epochSeconds, type Rings } from './observe/rings.ts';

/** Where one client's audio goes. */
export interface Speaker {
  readonly session: Session;
  readonly intake: Intake;
  readonly meter: LevelMeter;
}

export interface SpeakingOptions {
  readonly socket: ClientSocket;
  readonly codec: ProtocolCodec;
  readonly engine: Engine;
  readonly log: Log;
  readonly rings: Rings;
}

/** Decoding and resampling one slice takes about a millisecond: the longest that one client keeps the others waiting. */
const sliceBytes = 32 * 1024;

/** Brings the client's frames into the session until it stops, leaves, or sends what cannot be decoded. */
export async function speak(
  frames: AsyncIterator<Frame>,
  speaker: Speaker,
  options: SpeakingOptions,
): Promise<TranscribeError | undefined> {
  const { socket, codec } = options;
  const { session, intake } = speaker;
  try {
    for (let item = await frames.next(); !item.done; item = await frames.next()) {
      const goesOn = await obey(item.value, speaker, options);
      if (!goesOn) break;
    }
    await session.write(await intake.end());
    await tellNotices(speaker, options);
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
async function obey(frame: Frame, speaker: Speaker, options: SpeakingOptions): Promise<boolean> {
  const { codec, socket, log } = options;
  const { session } = speaker;
  try {
    const command = codec.decode(frame);
    switch (command?.kind) {
      case 'audio':
        await listen(command.bytes, speaker, options);
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

async function listen(bytes: Uint8Array, speaker: Speaker, options: SpeakingOptions): Promise<void> {
  const { session, intake, meter } = speaker;
  const { engine, rings } = options;
  for (let at = 0; at < bytes.length; at += sliceBytes) {
    const slice = bytes.length <= sliceBytes ? bytes : bytes.subarray(at, at + sliceBytes);
    const samples = await intake.push(slice);
    const start = samplesToMs(session.received, engine.sampleRate) / 1000;
    await tellNotices(speaker, options);
    const { peak, rms } = meter.add(samples);
    await session.write(samples);
    rings.frontChunks.add({
      t: epochSeconds(),
      session_id: session.id,
      bytes: slice.length,
      start_s: start,
      end_s: samplesToMs(session.received, engine.sampleRate) / 1000,
      peak,
      rms,
    });
  }
}

async function tellNotices(
  { session, intake }: Speaker,
  { engine, socket, codec, log }: SpeakingOptions,
): Promise<void> {
  for (const notice of intake.takeNotices()) {
    const at = timelineMs(samplesToMs(session.received, engine.sampleRate));
    log.info({ code: notice.code, atMs: Math.round(at) }, notice.message);
    await socket.send(codec.encodeNotice(notice, at));
  }
}

/** Tells the client what went wrong. */
export async function tellFault(error: TranscribeError, socket: ClientSocket, codec: ProtocolCodec): Promise<void> {
  await socket.send(codec.encodeFault({ code: error.code, message: error.message }));
}

/** What a client is told of an error in its audio; of anything else that was thrown too. */
export function asClientFault(thrown: unknown): TranscribeError {
  if (thrown instanceof AudioError) return new ClientError(thrown.code, thrown.message, { cause: thrown });
  return asTranscribeError(thrown);
}
