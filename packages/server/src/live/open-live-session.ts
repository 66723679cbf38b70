import {
  type Claim,
  ClientError,
  type Clock,
  type Continuation,
  type Engine,
  type EventBus,
  type NewSession,
  Session,
  type SessionStore,
} from '@live-transcribe/core';
import type { Spill } from '@live-transcribe/store-sql';
import type { Log } from '../observe/log.ts';
import type { Metrics } from '../observe/metrics.ts';
import { observeEngine } from '../observe/observed-engine.ts';
import type { Rings } from '../observe/rings.ts';
import type { ClientOrigin } from '../observe/session-observation.ts';
import type { Recordings } from '../recordings/recordings.ts';
import type { StorePatience } from '../store/store-patience.ts';
import { LiveSession } from './live-session.ts';
import { Outbox } from './outbox.ts';
import type { Seat } from './seat.ts';

/** What all live sessions of a server share. */
export interface LiveSessionParts {
  readonly engine: Engine;
  readonly store: SessionStore;
  readonly bus: EventBus;
  readonly clock: Clock;
  readonly random: () => number;
  readonly rings: Rings;
  readonly metrics: Metrics;
  /** Whether what is said may stand in the log. */
  readonly logTranscripts: boolean;
  readonly recordings: Pick<Recordings, 'begin'>;
  /** How long a lost client is waited for. */
  readonly resumeMs: number;
  readonly patience: StorePatience;
  /** Where what is said waits as well while the store is away. */
  readonly spill?: Spill | undefined;
}

export type Opening = { readonly session: NewSession; readonly origin: ClientOrigin } & (
  | { readonly seat: Seat }
  /** Of a session that is gone on with. */
  | { readonly claim: Claim; readonly continues: Continuation }
);

/** Joins a session to its engine, its outbox and the bus, and has it begin. */
export function openLiveSession(opening: Opening, parts: LiveSessionParts, parent: Log): LiveSession {
  const { engine, store, bus, clock, random, rings, metrics, recordings, resumeMs, patience, logTranscripts } = parts;
  const { id, recognition, resumable, startedAt } = opening.session;
  const earlier = 'continues' in opening ? opening : undefined;
  const seq = earlier?.continues.seq ?? 0;
  const { sampleRate } = engine;
  const { model, language = 'auto' } = recognition;
  const about = { ...opening.origin, id, engine: engine.id, model, language, sampleRate };
  const observed = metrics.observe(about, () => session);
  const { traceId: trace } = observed;
  const log = parent.child({ session: id, ...(trace !== undefined && { trace }) });
  const ending = new AbortController();
  const outbox = new Outbox({
    session: opening.session,
    claim: earlier?.claim,
    stored: seq,
    store,
    clock,
    random,
    log,
    patience,
    spill: parts.spill,
    onFenced: () => live.abandon(new ClientError('session_moved', 'This session goes on at another server.')),
  });
  const session: Session = new Session({
    id,
    continues: earlier?.continues,
    engine: observeEngine(engine, observed, rings),
    recognition,
    clock,
    random,
    signal: ending.signal,
  });
  const position = earlier?.continues.position ?? 0;
  const recording = recordings.begin({ session: opening.session, sampleRate, position, log });
  const options = {
    session,
    startedAt,
    ending,
    recognition,
    resumable,
    seq,
    outbox,
    store,
    bus,
    clock,
    log,
    resumeMs,
    observed,
    logTranscripts,
    recording,
  };
  const live = new LiveSession(options, 'seat' in opening ? opening.seat : undefined);
  return live;
}
