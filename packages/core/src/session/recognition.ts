import type { Bell } from '../async/bell.ts';
import { asTranscribeError, EngineError, type TranscribeError } from '../errors.ts';
import type { Clock } from '../ports/clock.ts';
import type { Engine, EngineEvent, EngineSession, RecognitionOptions } from '../ports/engine.ts';
import { EngineConnection } from './engine-connection.ts';
import { advanceLink, type EngineLink, type EngineLinkEvent, initialLink } from './engine-link.ts';
import type { ChangeReason, EventFault } from './events.ts';
import { type Hearing, readAhead } from './hearing.ts';
import type { Marks } from './marks.ts';
import { pump } from './pump.ts';
import type { ReplayRing } from './replay-ring.ts';
import type { SessionEvents } from './session-events.ts';
import type { Timeline } from './timeline.ts';

/** What a recognition works with, which is the session's. */
export interface RecognitionParts {
  readonly engine: Engine;
  readonly recognition: RecognitionOptions;
  readonly clock: Clock;
  /** From 0 to 1; spreads the retries of many sessions. */
  readonly random: () => number;
  readonly ring: ReplayRing;
  readonly marks: Marks;
  /** Rings when there may be something to do. */
  readonly bell: Bell;
  readonly timeline: Timeline;
  readonly events: SessionEvents;
  readonly hearing: Hearing;
  /** Samples in one write to the engine, at most. */
  readonly writeSamples: number;
  readonly audioEnded: () => boolean;
}

/** Why a connection that had opened is not the one any more. */
interface Replaced {
  readonly planned: boolean;
  readonly reason: ChangeReason;
}

/** A session's audio, heard by one engine connection after the other, as the engine link has it. */
export class Recognition {
  readonly #parts: RecognitionParts;
  /** While a connection that failed is not tried again yet. */
  #waiting: AbortController | undefined;
  #link: EngineLink = initialLink;
  #connection: EngineConnection | undefined;

  constructor(parts: RecognitionParts) {
    this.#parts = parts;
  }

  /** Whether nothing more will be heard. */
  get isOver(): boolean {
    return this.#link.state === 'ended';
  }

  /** What ended it early. */
  get fault(): TranscribeError | undefined {
    return this.#link.state === 'ended' ? this.#link.error : undefined;
  }

  /** The engine has settled audio. */
  progressed(): void {
    this.#step({ kind: 'progressed' });
  }

  /** Ends it at once, in whatever it does. What has ended stays as it ended. */
  end(error: TranscribeError): void {
    this.#step({ kind: 'aborted', error });
    this.#waiting?.abort(error);
    this.#connection?.end(error);
  }

  /** Resolves when it is over. */
  async run(): Promise<void> {
    let replaced: Replaced | undefined;
    for (let link = this.#link; link.state !== 'ended'; link = this.#link) {
      if (link.state === 'waiting') await this.#wait(link.delayMs);
      else replaced = await this.#connect(replaced);
    }
  }

  #step(event: EngineLinkEvent): void {
    this.#link = advanceLink(this.#link, event, this.#parts.clock.now());
    this.#parts.bell.ring();
  }

  #fail(thrown: unknown): EventFault {
    const error = asTranscribeError(thrown);
    this.#step({ kind: 'failed', error, jitter: this.#parts.random() });
    return { code: error.code, message: error.message };
  }

  async #wait(delayMs: number): Promise<void> {
    this.#waiting = new AbortController();
    try {
      await this.#parts.clock.wait(delayMs, this.#waiting.signal);
      this.#step({ kind: 'waited' });
    } catch (thrown) {
      this.#fail(thrown);
    } finally {
      this.#waiting = undefined;
    }
  }

  /** One engine connection, in the place of one that had opened before, if any did. Answers what the next one replaces. */
  async #connect(before: Replaced | undefined): Promise<Replaced | undefined> {
    const connection = new EngineConnection(this.#parts.clock);
    this.#connection = connection;
    const engineSession = await this.#open(connection);
    if (!engineSession) return before;
    const replaced = await this.#use(engineSession, connection, before);
    if (replaced) this.#rewind(replaced);
    return replaced;
  }

  async #open(connection: EngineConnection): Promise<EngineSession | undefined> {
    const { engine, recognition } = this.#parts;
    try {
      const engineSession = await connection.open(engine, recognition);
      this.#step({ kind: 'opened' });
      return engineSession;
    } catch (thrown) {
      this.#fail(connection.signal.aborted ? connection.signal.reason : thrown);
      connection.end(thrown);
      return undefined;
    }
  }

  /** Feeds and hears a connection to its end, and answers why that came; `undefined` when there is no more to do. */
  async #use(
    engineSession: EngineSession,
    connection: EngineConnection,
    before: Replaced | undefined,
  ): Promise<Replaced | undefined> {
    const at = this.#parts.timeline.attach(this.#parts.ring.sent);
    if (before) this.#parts.events.tell({ kind: 'engine_changed', at, ...before });
    const feeding = this.#feed(engineSession, connection);
    try {
      const rotation = await this.#listen(engineSession, connection);
      if (rotation !== undefined) return { planned: true, reason: { message: rotation } };
      this.#step({ kind: 'ended' });
      return this.isOver ? undefined : endedUnasked;
    } catch (thrown) {
      if (this.#link.state === 'finishing' && this.#parts.ring.settled === this.#parts.ring.received) {
        // Lost on its way out, with nothing left to say.
        this.#step({ kind: 'ended' });
        return undefined;
      }
      return { planned: false, reason: this.#fail(connection.signal.aborted ? connection.signal.reason : thrown) };
    } finally {
      connection.end(new EngineError('engine_lost', 'The engine connection has ended.'));
      this.#parts.bell.ring();
      await feeding;
    }
  }

  /** Hears a connection to its end, or until it is left for the reason answered, which the engine has given. */
  async #listen({ events }: EngineSession, connection: EngineConnection): Promise<string | undefined> {
    let source: AsyncIterator<EngineEvent> = events[Symbol.asyncIterator]();
    let rotation: string | undefined;
    try {
      for (let item = await source.next(); item.done !== true; item = await source.next()) {
        const event = item.value;
        if (event.kind === 'rotate') {
          rotation ??= event.reason;
        } else if (event.kind === 'failed') {
          const samples = this.#parts.hearing.toRetry(event);
          if (samples)
            source = readAhead(source, (thrown) => connection.end(thrown ?? endedEarly()))[Symbol.asyncIterator]();
          this.#parts.hearing.hear(samples ? await this.#parts.hearing.retried(event, samples) : event);
        } else {
          this.#parts.hearing.hear(event);
        }
        if (this.#parts.events.isFull) await this.#parts.events.room();
        if (rotation !== undefined && this.#rotates()) return rotation;
      }
      return undefined;
    } finally {
      void source.return?.().catch(() => undefined);
    }
  }

  /** Whether to leave the connection now: not while that would lose audio that only this connection still has. */
  #rotates(): boolean {
    if (this.#parts.ring.forgotten > 0) return false;
    this.#step({ kind: 'rotate' });
    return this.#link.state !== 'streaming' && this.#link.state !== 'finishing';
  }

  /** What no final covers waits for the next connection, and what is no longer kept is told as lost. */
  #rewind({ reason: { code = 'engine_lost', message } }: Replaced): void {
    const { from, forgotten } = this.#parts.ring.rewind();
    this.#parts.marks.rewind(from);
    if (forgotten === 0) return;
    const start = this.#parts.timeline.timeAt(from - forgotten);
    this.#parts.events.tell({ kind: 'gap', start, end: this.#parts.timeline.timeAt(from), reason: { code, message } });
  }

  /** Gives the engine all there is to hear, then lets it finish. Failures end the connection, whose events tell them. */
  async #feed(engineSession: EngineSession, connection: EngineConnection): Promise<void> {
    try {
      const drained = await pump(engineSession, this.#parts, () => connection.isOver);
      if (!drained) return;
      this.#step({ kind: 'drained' });
      await connection.finish(engineSession);
    } catch (thrown) {
      connection.end(thrown);
    }
  }
}

const endedEarly = () => new EngineError('engine_lost', 'The engine has ended the recognition.');

const endedUnasked: Replaced = {
  planned: false,
  reason: { code: 'engine_lost', message: 'The engine ended the recognition without being asked.' },
};
