import { LevelMeter, type TimelineMs } from '@live-transcribe/audio';
import {
  asTranscribeError,
  type Clock,
  type EventBus,
  type EventFault,
  type LoggedEvent,
  type Partial,
  type RecognitionOptions,
  type Session,
  type SessionEvent,
  type SessionStore,
  TranscribeError,
  withTimeLimit,
} from '@live-transcribe/core';
import type { Log } from '../observe/log.ts';
import type { SessionObservation } from '../observe/session-observation.ts';
import type { Recording } from '../recordings/recording.ts';
import { writeAndKeep } from '../recordings/write-and-keep.ts';
import { Acknowledgements } from './acknowledgements.ts';
import { Attendance, type Remains } from './attendance.ts';
import type { Outbox } from './outbox.ts';
import type { Seat } from './seat.ts';
import { noteEnd, noteEvent } from './session-story.ts';

export interface LiveSessionOptions {
  readonly session: Session;
  /** Ends the session at once. */
  readonly ending: AbortController;
  readonly recognition: RecognitionOptions;
  /** Of its first run, in milliseconds since 1970. */
  readonly startedAt: number;
  readonly resumable: boolean;
  /** The number of the last event of earlier runs. */
  readonly seq: number;
  readonly outbox: Outbox;
  readonly store: Pick<SessionStore, 'read'>;
  readonly bus: EventBus;
  readonly clock: Clock;
  readonly log: Log;
  /** How long a lost client is waited for. */
  readonly resumeMs: number;
  readonly observed: SessionObservation;
  /** Whether what is said may stand in the log. */
  readonly logTranscripts: boolean;
  /** Where the audio is kept. */
  readonly recording: Recording | undefined;
}

const pageSize = 100;
/** Who asks for the session waits a little longer. */
const lettingGoMs = 4_000;
/** Writing the last second of a recording takes a moment; a disk that hangs is not waited for. */
const recordingMs = 500;

/**
 * A session that outlives its client's connection: it reads what the session says, has it kept, tells the bus and then
 * whoever speaks. Intake belongs to a connection; what is here belongs to the session.
 */
export class LiveSession {
  readonly meter = new LevelMeter();
  /** Resolves when the session is over and all is told: what ended it early, if anything did. Never rejects. */
  readonly ended: Promise<EventFault | undefined>;
  readonly #options: LiveSessionOptions;
  readonly #attendance: Attendance;
  readonly #acknowledgements = new Acknowledgements();
  /** The one who speaks, from when they have caught up. */
  #listener: Seat | undefined;
  /** Of the last event that was kept, or waited for long enough. */
  #seq: number;
  /** Set when it is no longer this server's: whether watchers are still told of it. */
  #abandoned: { readonly published: boolean } | undefined;

  /** A new session has its speaker from the start; one that is gone on with waits for them. */
  constructor(options: LiveSessionOptions, seat: Seat | undefined) {
    const { clock, resumeMs, seq } = options;
    this.#options = options;
    this.#attendance = new Attendance({ clock, resumeMs, onDeserted: () => void this.release() }, seat);
    this.#listener = seat;
    this.#seq = seq;
    this.ended = this.#run();
  }

  get id(): string {
    return this.session.id;
  }

  get session(): Session {
    return this.#options.session;
  }

  get recognition(): RecognitionOptions {
    return this.#options.recognition;
  }

  get startedAt(): number {
    return this.#options.startedAt;
  }

  get resumable(): boolean {
    return this.#options.resumable;
  }

  get outbox(): Outbox {
    return this.#options.outbox;
  }

  get observed(): SessionObservation {
    return this.#options.observed;
  }

  get log(): Log {
    return this.#options.log;
  }

  /** Whether somebody may speak. */
  get takesAudio(): boolean {
    return this.#attendance.isOpen;
  }

  get isHeld(): boolean {
    return this.#attendance.isHeld;
  }

  /** Takes mono audio at the engine's rate; see `Session.write`. */
  write(samples: Int16Array): Promise<void> | undefined {
    const { session, recording } = this.#options;
    return recording ? writeAndKeep(session, recording, samples) : session.write(samples);
  }

  /**
   * Gives the session to another connection, and resolves when the one before does nothing with it any more; `undefined`
   * when no more audio is taken. What an earlier connection left behind is the caller's to free.
   */
  attach(seat: Seat): Promise<{ readonly remains: Remains | undefined } | undefined> {
    if (this.takesAudio) {
      this.#listener = undefined;
      this.#acknowledgements.restart();
    }
    const moved = new TranscribeError('session_moved', 'This session goes on in another connection.');
    return this.#attendance.take(seat, moved);
  }

  /** Tells a connection what it has missed since event number `after`; from then on it is told what happens. Throws `StoreError`. */
  async catchUp(seat: Seat, after: number): Promise<void> {
    for (let last = after; last < this.#seq && this.#attendance.isOf(seat); ) {
      // What is kept and not yet told to anybody is told when its turn comes.
      const missed = (await this.#after(last)).filter(({ seq }) => seq <= this.#seq);
      for (const event of missed) {
        const waiting = seat.tellAgain(event, this.id);
        if (waiting) await waiting;
        last = event.seq;
      }
      // Not to be had any more: the store was away for too long.
      if (missed.length === 0) break;
    }
    if (this.#attendance.isOf(seat)) this.#listener = seat;
  }

  /** The connection is lost: its client is waited for, and what was said is finalised when it does not come. */
  hold(seat: Seat, remains: Remains | undefined): void {
    this.observed.lost();
    this.log.debug('the client was lost, and may come back');
    if (this.#attendance.isOf(seat)) this.#attendance.hold(remains);
    else remains?.free();
    if (this.#listener === seat) this.#listener = undefined;
  }

  /** No more audio comes from this connection. `stopped`: its client has said so. */
  finish(seat: Seat, stopped: boolean): void {
    if (!this.#attendance.isOf(seat)) return;
    this.#attendance.finish(seat);
    this.session.finish({ stopped });
  }

  /** Waits no longer for a client that is lost. */
  async release(): Promise<void> {
    const released = this.#attendance.release();
    if (!released) return;
    await released.remains?.flush();
    released.remains?.free();
    this.session.finish();
  }

  /**
   * Lets another server go on with it, to which its speaker brings the audio from `from` on. Resolves when what will be
   * kept is kept: what the speaker does not bring again is finalised first.
   */
  async letGo(from: TimelineMs): Promise<void> {
    const moved = new TranscribeError('session_moved', 'This session goes on at another server.');
    const onLate = () => this.abandon(moved);
    await withTimeLimit({ ms: lettingGoMs, clock: this.#options.clock, onLate }, async () => {
      if (this.#acknowledgements.coveredBy(this.outbox.stored) < from) await this.#finaliseFor(moved);
      await this.outbox.emptied();
    });
    this.abandon(moved);
    await this.ended;
    await this.#options.recording?.settled(recordingMs);
  }

  async #finaliseFor(reason: TranscribeError): Promise<void> {
    if (this.isHeld) await this.release();
    else {
      const seat = this.#attendance.vacate();
      seat?.dismiss(reason);
      await seat?.left;
      this.session.finish();
    }
    await this.ended;
  }

  /** Ends it at once, with nothing more kept: it is somebody else's, or was deleted, or will be gone on with elsewhere. */
  abandon(reason: TranscribeError, { published = false } = {}): void {
    if (this.#abandoned) return;
    this.#abandoned = { published };
    this.outbox.end();
    void this.#options.recording?.abandon();
    // Who has said that this was all still waits to hear the rest.
    const seat = this.#attendance.vacate() ?? this.#listener;
    seat?.dismiss(reason);
    this.#listener = undefined;
    this.#options.ending.abort(reason);
  }

  /** Ends it at once, as an error that is kept and told. */
  abort(reason: TranscribeError): void {
    this.#options.ending.abort(reason);
  }

  /** Says on the bus that it lives. */
  beat(): void {
    this.#options.bus.publish(this.id, { kind: 'heartbeat', seq: this.#seq });
  }

  /** Tells the client what it need not keep any more: where there is news, or `repeat` asks for a sign of life. */
  acknowledge(repeat: boolean): void {
    // Before it is told that there is a session, there is nothing to tell of it.
    if (!this.resumable || !this.#listener || this.#seq === 0) return;
    const next = this.#acknowledgements.next(this.outbox.stored, repeat);
    if (next) this.#listener.acknowledge(next);
  }

  async #after(last: number): Promise<readonly LoggedEvent[]> {
    const { outbox, store } = this.#options;
    if (last >= outbox.stored) return outbox.waiting(last);
    return store.read(this.id, last as LoggedEvent['seq'], pageSize);
  }

  async #run(): Promise<EventFault | undefined> {
    const { clock, log } = this.#options;
    const began = clock.now();
    let closed: Extract<LoggedEvent, { kind: 'closed' }> | undefined;
    try {
      for await (const event of this.session.events()) {
        const waiting = this.#pass(event);
        if (waiting) await waiting;
        if (event.kind === 'closed') closed = event;
      }
    } catch (thrown) {
      log.error({ err: thrown }, 'the session failed');
      return asTranscribeError(thrown);
    } finally {
      this.#attendance.vacate()?.end();
      void this.#options.recording?.end();
      this.observed.ended(closed);
      noteEnd({ closed, lastedMs: clock.now() - began, level: this.meter.total, observed: this.observed }, log);
    }
    return closed?.error;
  }

  /** Has an event kept, then tells it; answers what has to be waited for before the next one. */
  #pass(event: SessionEvent): Promise<void> | undefined {
    if (event.kind === 'covered') return this.#acknowledgements.cover(event.through, this.#seq);
    if (event.kind === 'partial') return this.#tell(event);
    noteEvent(event, this.#options);
    if (event.kind === 'closed') void this.#options.recording?.end();
    const kept = this.outbox.keep(event);
    return kept ? kept.then(() => this.#tellKept(event)) : this.#tellKept(event);
  }

  /** At once with its number: who catches up meanwhile is told by the one or by the other. */
  #tellKept(event: LoggedEvent): Promise<void> | undefined {
    this.#seq = event.seq;
    return this.#tell(event);
  }

  #tell(event: LoggedEvent | Partial): Promise<void> | undefined {
    this.observed.told(event);
    if (!this.#abandoned || this.#abandoned.published) this.#options.bus.publish(this.id, { kind: 'event', event });
    return this.#listener?.tell(event, this.id);
  }
}
