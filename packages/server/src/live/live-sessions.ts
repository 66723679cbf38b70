import { msToSamples, timelineMs } from '@live-transcribe/audio';
import {
  ClientError,
  type ResumeRequest,
  runEnd,
  type SessionRecord,
  type SessionRequest,
  StoreError,
  TranscribeError,
  type Wanted,
} from '@live-transcribe/core';
import type { Log } from '../observe/log.ts';
import { StorePatience } from '../store/store-patience.ts';
import { checkLanguage } from './check-language.ts';
import type { LiveSession } from './live-session.ts';
import { type LiveSessionParts, type Opening, openLiveSession } from './open-live-session.ts';
import type { Seat } from './seat.ts';
import { isSessionId } from './session-id.ts';
import { Unkept } from './unkept.ts';

export interface LiveSessionsOptions extends Omit<LiveSessionParts, 'patience'> {
  /** How often clients are told what they need not keep; some of the times everybody is told that a session lives. */
  readonly tickMs: number;
}

/** A session that a client asks for, and the id that it gets: a UUID. */
export interface Beginning {
  readonly id: string;
  readonly request: SessionRequest;
}

/** What a client that comes back finds. */
export type Found =
  | { readonly kind: 'live'; readonly live: LiveSession }
  /** Its client has said that this was all: there is nothing to do but to tell it what it has missed. */
  | { readonly kind: 'stopped'; readonly record: SessionRecord };

/** More than one process can serve; an attacker who opens and leaves them is stopped here. */
const mostLive = 10_000;
/** Ticks from one sign of life to the next: to watchers by the bus, and to clients that may come back. */
const beatTicks = 5;
export const heartbeatTicks = 10;

/** All sessions of this server that live, by id. Bound: 10,000; for a new one a lost client is let go first. */
export class LiveSessions {
  readonly #parts: LiveSessionParts;
  readonly #live = new Map<string, LiveSession>();
  readonly #unkept = new Unkept();
  /** Being taken over from the store. */
  readonly #opening = new Map<string, Promise<unknown>>();
  readonly #ticking: NodeJS.Timeout;
  #ticks = 0;
  #isEnding = false;

  constructor({ tickMs, ...parts }: LiveSessionsOptions) {
    this.#parts = { ...parts, patience: new StorePatience(parts.clock) };
    this.#ticking = setInterval(() => this.#tick(), tickMs);
    this.#ticking.unref();
  }

  /** Those that wait for a client that is lost. */
  get held(): number {
    return [...this.#live.values()].filter((live) => live.isHeld).length;
  }

  /** Events that wait for the store. */
  get waitingEvents(): number {
    const live = [...this.#live.values()].reduce((sum, { outbox }) => sum + outbox.size, 0);
    return live + this.#unkept.waitingEvents;
  }

  find(id: string): LiveSession | undefined {
    return this.#live.get(id);
  }

  /** A new session, with its first speaker. Throws `ClientError`. */
  begin({ id, request }: Beginning, seat: Seat, log: Log): LiveSession {
    checkLanguage(request.language, this.#parts.engine);
    this.#checkRoom();
    const { audio, resumable, keepAudio, ...recognition } = request;
    const wish = keepAudio !== undefined && { keepAudio };
    const session = { id, startedAt: Date.now(), recognition, resumable, ...wish };
    const { origin } = seat;
    const live = this.#open({ session, origin, seat }, log);
    const { client, engine, model, language } = live.observed.about;
    live.log.info({ client, engine, model, language, audio, resumable }, 'session started');
    return live;
  }

  /** The session that a client comes back to, for the client at `seat`. Throws `ClientError`, `StoreError`. */
  async resume(request: ResumeRequest, seat: Seat, log: Log): Promise<Found> {
    const { session: id } = request;
    if (!isSessionId(id)) throw unknown(id);
    for (;;) {
      const opening = this.#opening.get(id);
      const live = this.#live.get(id);
      if (opening) await opening.catch(() => undefined);
      else if (!live) return this.#reopenOnce(request, seat, log);
      else if (!live.resumable) throw unknown(id);
      else if (live.takesAudio) return { kind: 'live', live };
      else await live.ended;
    }
  }

  /** Where the session is here: says on the bus how far it has come. */
  beat(id: string): void {
    this.#live.get(id)?.beat();
  }

  /** Lets go of a session that has come back elsewhere; `undefined` where it is not here, or cannot be gone on with. */
  letGo({ session, from }: Wanted): Promise<void> | undefined {
    const live = this.#live.get(session);
    if (!live?.resumable) return undefined;
    live.log.info({ fromMs: Math.round(from) }, 'the session goes on at another server');
    return live.letGo(from);
  }

  /** Lets those go whose clients are lost, and resolves when all sessions are over and kept. */
  async drain(): Promise<void> {
    clearInterval(this.#ticking);
    for (const live of this.#live.values()) void live.release();
    for (const live of this.#live.values()) await live.ended;
    await this.#unkept.emptied();
    this.#parts.patience.close();
  }

  /** Ends what is left, at once. Who can come back will: for them nothing more is kept, so that another server begins there. */
  end(reason: TranscribeError): void {
    this.#isEnding = true;
    for (const live of this.#live.values()) {
      if (live.resumable) live.abandon(reason);
      else live.abort(reason);
    }
    this.#unkept.end();
    void Promise.all([...this.#live.values()].map(({ ended }) => ended)).then(() => this.#parts.patience.close());
  }

  /** Ends a session, if it is here, since it is removed from the store. */
  async remove(id: string): Promise<void> {
    const live = this.#live.get(id) ?? this.#unkept.find(id);
    live?.abandon(new ClientError('session_unknown', 'This session has been deleted.'), { published: true });
    await live?.ended;
  }

  #checkRoom(): void {
    if (this.#live.size < mostLive) return;
    const held = [...this.#live.values()].find((live) => live.isHeld);
    if (!held) throw new TranscribeError('engine_busy', 'This server has as many sessions as it can hold.');
    void held.release();
  }

  #reopenOnce(request: ResumeRequest, seat: Seat, log: Log): Promise<Found> {
    const reopening = this.#reopen(request, seat, log).finally(() => this.#opening.delete(request.session));
    this.#opening.set(request.session, reopening);
    return reopening;
  }

  async #reopen({ session: id, from, words }: ResumeRequest, seat: Seat, log: Log): Promise<Found> {
    const { store, engine, bus } = this.#parts;
    if (this.#unkept.find(id)) {
      const message = 'What this session has said is not kept yet. Please come back in a moment.';
      throw new StoreError('store_unavailable', message);
    }
    const found = await store.find(id);
    if (!found?.resumable) throw unknown(id);
    if (await this.#hasStopped(found)) return { kind: 'stopped', record: found };
    checkLanguage(found.recognition.language, engine);
    this.#checkRoom();
    // Who has it keeps what was said before it is read here. One that is dead or cut off is not waited for: what it says
    // from the claim on is refused.
    if (found.state === 'live' && !found.orphaned) await bus.ask({ session: id, from });
    // A client that is gone may be at another server by now, which a claim would take the session from.
    if (!seat.open) throw new ClientError('session_moved', 'The connection was lost before the session was its own.');
    const taken = await store.claim(id);
    if (!taken) throw unknown(id);
    const { claim, record } = taken;
    if (await this.#hasStopped(record)) return { kind: 'stopped', record };
    const { startedAt, resumable, keepAudio, seq, segments, recognition } = record;
    const lastEnd = timelineMs(record.lastEnd);
    const position = msToSamples(Math.max(from, lastEnd), engine.sampleRate);
    const wish = keepAudio !== undefined && { keepAudio };
    const session = { id, startedAt, resumable, recognition: { ...recognition, words }, ...wish };
    const { origin } = seat;
    const live = this.#open({ session, origin, claim, continues: { seq, segments, lastEnd, position } }, log);
    this.#parts.metrics.sessionsReopened.inc({ protocol: origin.protocol });
    const { client, engine: name, model, language } = live.observed.about;
    live.log.info(
      { client, engine: name, model, language, seq, atMs: Math.round(Math.max(from, lastEnd)) },
      'session resumed',
    );
    return { kind: 'live', live };
  }

  async #hasStopped(record: SessionRecord): Promise<boolean> {
    return (await runEnd(record, this.#parts.store))?.stopped === true;
  }

  #open(opening: Opening, log: Log): LiveSession {
    const live = openLiveSession(opening, this.#parts, log);
    this.#live.set(live.id, live);
    void this.#follow(live);
    return live;
  }

  /** Until it is over and kept. */
  async #follow(live: LiveSession): Promise<void> {
    await live.ended;
    this.#live.delete(live.id);
    if (live.outbox.empty) return;
    // There was time enough: an end is kept before `ended` resolves, unless the store is away.
    if (this.#isEnding) live.outbox.end();
    else await this.#unkept.await(live);
  }

  #tick(): void {
    this.#ticks += 1;
    for (const live of this.#live.values()) {
      live.acknowledge(this.#ticks % heartbeatTicks === 0);
      if (this.#ticks % beatTicks === 0) live.beat();
    }
  }
}

const unknown = (id: string) =>
  new ClientError('session_unknown', `There is no session ${id.slice(0, 40)} that can be resumed.`);
