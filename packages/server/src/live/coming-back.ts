import { msToSamples, samplesToMs, timelineMs } from '@live-transcribe/audio';
import {
  ClientError,
  type LoggedEvent,
  type ProtocolCodec,
  type ResumeRequest,
  type SessionRecord,
  type SessionStore,
} from '@live-transcribe/core';
import type { ClientSocket } from '../client-socket.ts';
import type { Log } from '../observe/log.ts';
import type { Metrics } from '../observe/metrics.ts';
import type { Remains } from './attendance.ts';
import type { LiveSession } from './live-session.ts';
import type { LiveSessions } from './live-sessions.ts';
import { Seam } from './seam.ts';
import type { Seat } from './seat.ts';
import { type IntakeOptions, openIntake, type Speaker } from './speaker.ts';

export interface ComingBackOptions extends IntakeOptions {
  readonly lives: LiveSessions;
  readonly store: Pick<SessionStore, 'read'>;
  readonly socket: ClientSocket;
  readonly codec: ProtocolCodec;
  readonly log: Log;
  readonly metrics: Metrics;
}

/** Audio that a client has lost itself is replaced by silence, up to this length. */
const longestHoleMs = 10 * 60_000;
const pageSize = 100;

/**
 * Gives a client that comes back its session: tells it what it has missed, and joins its audio to what is there.
 * `undefined` where the session has ended by the client's own word. Throws `ClientError`, `StoreError`.
 */
export async function comeBack(
  request: ResumeRequest,
  seat: Seat,
  options: ComingBackOptions,
): Promise<Speaker | undefined> {
  const intake = openIntake(request.audio, options);
  for (;;) {
    const found = await options.lives.resume(request, seat, options.log);
    if (found.kind === 'stopped') {
      await tellPast(found.record, request.after, seat, options);
      return undefined;
    }
    const { live } = found;
    checkHole(request, live, options);
    const attached = await live.attach(seat);
    if (!attached) continue;
    live.observed.returned();
    live.log.debug({ client: seat.origin.client }, 'the client came back');
    try {
      if (seat.dismissal) throw seat.dismissal;
      const seam = await join(request, attached.remains, live, seat, options);
      await live.catchUp(seat, request.after);
      return { live, seat, intake, seam };
    } catch (thrown) {
      attached.remains?.free();
      live.hold(seat, undefined);
      seat.leave();
      throw thrown;
    }
  }
}

/** Brings the session's audio to where the client's begins, or further, and greets the client. */
async function join(
  { session, from: fromMs }: ResumeRequest,
  remains: Remains | undefined,
  live: LiveSession,
  seat: Seat,
  { engine, codec, socket }: ComingBackOptions,
): Promise<Seam> {
  const { sampleRate } = engine;
  const from = msToSamples(fromMs, sampleRate);
  const timeAt = (position: number) => timelineMs(Math.round(samplesToMs(position, sampleRate)));
  // What the decoder of the lost connection holds back is in the client's audio too, unless that begins later.
  if (from > live.session.received) await remains?.flush();
  remains?.free();
  const { received } = live.session;
  for (let rest = from - received; rest > 0 && !seat.dismissal; rest -= sampleRate) {
    await live.write(new Int16Array(Math.min(rest, sampleRate)));
  }
  const { model, language } = live.recognition;
  await seat.greet({ session, engine: engine.id, model, language, received: timeAt(received) });
  if (from > received) {
    const seconds = (samplesToMs(from - received, sampleRate) / 1000).toFixed(2);
    const message = `${seconds} s of audio were lost with the connection; silence stands in for them.`;
    await socket.send(codec.encodeNotice({ code: 'gap_filled', message }, timeAt(from)));
  }
  return new Seam(Math.max(0, received - from));
}

function checkHole({ from }: ResumeRequest, { session }: LiveSession, { engine }: ComingBackOptions): void {
  const holeMs = from - samplesToMs(session.received, engine.sampleRate);
  if (holeMs <= longestHoleMs) return;
  throw new ClientError(
    'bad_value',
    `"resume.from" is ${Math.round(holeMs / 1000)} s after what the server has heard.`,
  );
}

/** What a client has missed of a session that is over. */
async function tellPast(
  record: SessionRecord,
  after: number,
  seat: Seat,
  { store, engine }: ComingBackOptions,
): Promise<void> {
  const { id, recognition, duration } = record;
  const { model, language } = recognition;
  await seat.greet({ session: id, engine: engine.id, model, language, received: timelineMs(duration) });
  for (let last = after, full = true; full && seat.open; ) {
    const page = await store.read(id, last as LoggedEvent['seq'], pageSize);
    for (const event of page) {
      await seat.tellAgain(event, id);
      last = event.seq;
    }
    full = page.length === pageSize;
  }
}
