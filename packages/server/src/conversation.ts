import {
  asTranscribeError,
  ClientError,
  type Clock,
  type Command,
  type EventFault,
  type Lease,
  passes,
  withTimeLimit,
} from '@live-transcribe/core';
import type { ClientAddress } from './auth/client-address.ts';
import { permitResume, permitStart } from './auth/permits.ts';
import type { Principal } from './auth/principal.ts';
import type { SessionOwners } from './auth/session-owner.ts';
import { closeCode } from './close-code.ts';
import type { Config } from './config/settings.ts';
import type { Admissions } from './limits/admissions.ts';
import { endInTime } from './limits/session-end.ts';
import { Toll } from './limits/toll.ts';
import { type ComingBackOptions, comeBack } from './live/coming-back.ts';
import { Seam } from './live/seam.ts';
import { Seat } from './live/seat.ts';
import { openIntake, remainsOf, type Speaker } from './live/speaker.ts';
import type { Log } from './observe/log.ts';
import type { ClientOrigin } from './observe/session-observation.ts';
import { type Departure, type SpeakingOptions, speak, tellFault } from './speaking.ts';

export interface ConversationOptions extends Omit<SpeakingOptions, 'toll'>, ComingBackOptions {
  readonly clock: Clock;
  readonly origin: ClientOrigin;
  readonly owners: SessionOwners;
  readonly admissions: Admissions;
  readonly address: ClientAddress;
  readonly limits: Pick<Config, 'maxAudioRate' | 'maxSessionMinutes' | 'startSeconds'>;
  /** Who the client is. Rejects with what it is told. */
  readonly identify: () => Promise<Principal>;
}

/** Of one that has no session nothing is kept waiting. */
const refusedWithinMs = 3_000;

type Beginning = Extract<Command, { kind: 'start' | 'resume' }>;

/** A server that stops tells a client its last finals if they come within this time; else it hears them elsewhere. */
const lastFinalsMs = 1_000;

/** One client connection, from its socket's opening to its close: commands in, session events out. */
export async function converse(given: ConversationOptions): Promise<void> {
  const { socket, log } = given;
  try {
    const principal = await given.identify();
    const beginning = await begin(given);
    const who = log.child({ who: principal.name });
    const speaker = beginning && (await take(beginning, principal, who, given));
    const fault = speaker && (await attend(speaker, principal, given));
    await socket.close(closeCode(fault?.code), fault?.message ?? '');
  } catch (thrown) {
    await refuse(thrown, given);
  }
  log.debug('connection ended');
}

/** What the client asks for; `undefined` when it leaves without a word. */
async function begin({ socket, codec, clock, limits }: ConversationOptions): Promise<Beginning | undefined> {
  const request = codec.begin();
  if (request) return { kind: 'start', request };
  const { startSeconds } = limits;
  const late = new ClientError('start_timeout', `No start message came within ${startSeconds} s.`);
  const limit = { ms: startSeconds * 1000, clock, onLate: () => socket.endWith(late) };
  if (!(await withTimeLimit(limit, async () => socket.frames.ready()))) return undefined;
  const command = codec.decode(socket.frames.take());
  return command?.kind === 'start' || command?.kind === 'resume' ? command : undefined;
}

/** The client's part in its session; `undefined` where all is said. */
async function take(
  beginning: Beginning,
  principal: Principal,
  log: Log,
  options: ConversationOptions,
): Promise<Speaker | undefined> {
  const { owners, lives, admissions, address } = options;
  const seat = new Seat(options);
  const applicant = { principal, address };
  if (beginning.kind === 'resume') {
    const { request } = beginning;
    permitResume(principal, request, owners);
    // One that lives here has its place already.
    const lease = lives.find(request.session) ? undefined : await admissions.comeBack(applicant);
    return placed(lease, () => comeBack(request, seat, { ...options, log }));
  }
  const { request } = beginning;
  permitStart(principal, request);
  const lease = await admissions.begin(applicant);
  return placed(lease, async () => {
    const intake = openIntake(request.audio, options);
    const id = owners.newId(principal.owner ?? principal.name);
    return { live: lives.begin({ id, request }, seat, log), seat, intake, seam: new Seam() };
  });
}

/** Keeps the session's place until it is over; one that does not come about needs none. */
async function placed<T extends Speaker | undefined>(lease: Lease | undefined, open: () => Promise<T>): Promise<T> {
  let speaker: T | undefined;
  try {
    speaker = await open();
    return speaker;
  } finally {
    if (speaker === undefined) lease?.release();
    else void speaker.live.ended.then(() => lease?.release());
  }
}

/** Hears the client out, and answers what is to be told as the reason when the connection is closed. */
async function attend(
  speaker: Speaker,
  principal: Principal,
  options: ConversationOptions,
): Promise<EventFault | undefined> {
  const { live, seat } = speaker;
  const { limits, admissions, engine, socket, codec, rings, clock } = options;
  const { maxSessionMinutes } = limits;
  const use = (seconds: number) => admissions.use(principal, seconds);
  const toll = new Toll({ sampleRate: engine.sampleRate, maxAudioRate: limits.maxAudioRate, use, socket, clock });
  const spoken = new AbortController();
  void endInTime({ principal, clock, socket, maxSessionMinutes, startedAt: live.startedAt }, spoken.signal);
  try {
    const departure = await speak(speaker, { toll, socket, codec, engine, rings, log: live.log });
    depart(departure, speaker);
    seat.leave();
    return await farewell(departure, speaker, options);
  } finally {
    spoken.abort();
    await toll.end();
    seat.leave();
  }
}

/** What becomes of the session when its speaker has left. */
function depart(departure: Departure, speaker: Speaker): void {
  const { live, seat, intake } = speaker;
  if (departure.kind === 'lost' && live.resumable) {
    live.hold(seat, remainsOf(speaker));
    return;
  }
  intake.free();
  live.finish(seat, departure.kind === 'stopped');
}

/** Waits for what is still to be said to the client. */
async function farewell(
  departure: Departure,
  { live, seat }: Speaker,
  { socket, codec, clock }: ConversationOptions,
): Promise<EventFault | undefined> {
  switch (departure.kind) {
    case 'lost':
    case 'left':
      return undefined;
    case 'failed': {
      await tellFault(departure.error, socket, codec);
      await live.ended;
      return departure.error;
    }
    case 'stopped':
    case 'over':
    case 'dismissed': {
      const error = seat.dismissal ?? (departure.kind === 'dismissed' ? departure.error : undefined);
      // Who can go on at another server is not kept waiting for long.
      const isToMove = error?.code === 'shutting_down' && live.resumable;
      // Of a session that is somebody else's now nothing more is heard here.
      const ended = seat.dismissal ? undefined : await (isToMove ? soon(live.ended, clock) : live.ended);
      if (error) await tellFault(error, socket, codec);
      return error ?? ended;
    }
    default:
      return departure satisfies never;
  }
}

/** What comes of something that never fails, or nothing, where that takes longer than an engine that answers at once. */
async function soon<T>(coming: Promise<T>, clock: Clock): Promise<T | undefined> {
  const over = new AbortController();
  const late = passes(clock, lastFinalsMs, over.signal).then(() => undefined);
  try {
    return await Promise.race([coming, late]);
  } finally {
    over.abort();
  }
}

async function refuse(thrown: unknown, { socket, codec, log, metrics, origin }: ConversationOptions): Promise<void> {
  const error = asTranscribeError(thrown);
  metrics.refuse(error, origin);
  if (error.code === 'internal') log.error({ err: thrown }, 'the connection failed');
  await tellFault(error, socket, codec);
  await socket.close(closeCode(error.code), error.message, refusedWithinMs);
}
