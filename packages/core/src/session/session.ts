import { msToSamples } from '@live-transcribe/audio';
import { Bell } from '../async/bell.ts';
import { merge } from '../async/merge.ts';
import { asTranscribeError, EngineError, type TranscribeError } from '../errors.ts';
import type { Clock } from '../ports/clock.ts';
import type { Engine, EngineEvent, EngineSession, RecognitionOptions } from '../ports/engine.ts';
import { EngineEvents } from '../ports/engine-events.ts';
import { WordTimes } from '../words/word-times.ts';
import { EngineConnection } from './engine-connection.ts';
import { advanceLink, type EngineLink, type EngineLinkEvent, initialLink } from './engine-link.ts';
import { EventLog } from './event-log.ts';
import type { ChangeReason, EventFault, LoggedFact, Partial, SessionEvent } from './events.ts';
import { Marks } from './marks.ts';
import { pump } from './pump.ts';
import { relay } from './relay.ts';
import { ReplayRing } from './replay-ring.ts';
import { retryUtterance } from './retry.ts';
import { Timeline } from './timeline.ts';
import { type Transcriber, transcriberOf } from './transcribe-within.ts';
import { type Failure, type Final, Transcript, type Utterance } from './transcript.ts';
import { UsageSum } from './usage-sum.ts';

export interface SessionOptions {
  readonly id: string;
  readonly engine: Engine;
  readonly recognition: RecognitionOptions;
  readonly clock: Clock;
  /** From 0 to 1; spreads the retries of many sessions. */
  readonly random: () => number;
  /** Ends the session at once: `closed` follows with the signal's reason as its error. */
  readonly signal: AbortSignal;
  /** How much audio is kept for the engine, at most; default 60 s. */
  readonly keptMs?: number;
}

const defaultKeptMs = 60_000;
/** What a session keeps memory for at rest: as much as comes while the engine takes one write. */
const restingMs = 200;
/** One write to the engine, at most: large enough to catch up quickly, small enough to stay responsive. */
const writeMs = 200;

/** What happens, before it is numbered. */
type Fact = LoggedFact | Partial;

/** Why a connection that had opened is not the one any more. */
interface Replaced {
  readonly planned: boolean;
  readonly reason: ChangeReason;
}

/**
 * One conversation: audio in by `write`, events out by `events`, and an engine between that may come and go. Joins the
 * replay ring, the pump, the engine link and the transcript: what each of them decides stands in its own file.
 */
export class Session {
  readonly id: string;
  readonly #options: SessionOptions;
  readonly #ring: ReplayRing;
  readonly #timeline: Timeline;
  readonly #transcript: Transcript;
  readonly #usage = new UsageSum();
  readonly #log = new EventLog();
  readonly #marks = new Marks();
  /** Rings when the pump or a writer may have something to do. */
  readonly #bell = new Bell();
  readonly #ending = new AbortController();
  readonly #transcriber: Transcriber | undefined;
  /** Only where words are wanted and the engine can time them. */
  readonly #wordTimes: WordTimes | undefined;
  readonly #writeSamples: number;
  #link: EngineLink = initialLink;
  #connection: EngineConnection | undefined;
  #audioEnded = false;

  constructor(options: SessionOptions) {
    const { engine, recognition, clock } = options;
    const { sampleRate } = engine;
    this.id = options.id;
    this.#options = options;
    this.#ring = new ReplayRing(
      msToSamples(options.keptMs ?? defaultKeptMs, sampleRate),
      msToSamples(restingMs, sampleRate),
    );
    this.#timeline = new Timeline(sampleRate);
    this.#transcript = new Transcript(this.#timeline);
    this.#transcriber = transcriberOf(engine, recognition, clock, this.#ending.signal);
    if (recognition.words && this.#transcriber) {
      this.#wordTimes = new WordTimes(this.#transcriber, sampleRate, this.#usage);
    }
    this.#writeSamples = msToSamples(writeMs, sampleRate);
  }

  /** Samples received so far, at the engine's rate. */
  get received(): number {
    return this.#ring.received;
  }

  /**
   * Takes mono audio at the engine's rate and resolves when it is in the session's hands and more is welcome: a client
   * that is faster than the engine waits here. After the end audio is dropped. Calls do not overlap.
   */
  async write(samples: Int16Array): Promise<void> {
    let rest = samples;
    while (!this.#closed && !this.#audioEnded) {
      rest = rest.subarray(this.#ring.append(rest));
      this.#bell.ring();
      if (rest.length === 0) return;
      await this.#bell.wait();
    }
  }

  /** Finalises what has been said. */
  commit(): void {
    this.#marks.add({ kind: 'commit', position: this.#ring.received });
    this.#bell.ring();
  }

  /** Drops what is not final. */
  clear(): void {
    this.#transcript.clear(this.#ring.received);
    this.#marks.add({ kind: 'clear', position: this.#ring.received });
    this.#bell.ring();
  }

  /** No more audio comes, and the last `write` has resolved; the remaining finals and `closed` follow. */
  finish(): void {
    this.#audioEnded = true;
    this.#bell.ring();
  }

  /** Everything that happens, once, to one reader, from `opened` to `closed`. The session works while it is read. */
  async *events(): AsyncGenerator<SessionEvent, void, undefined> {
    const { signal } = this.#options;
    const onAbort = () => this.#end(asTranscribeError(signal.reason));
    try {
      signal.addEventListener('abort', onAbort);
      if (signal.aborted) onAbort();
      for await (const fact of this.#facts()) yield fact.kind === 'partial' ? fact : this.#log.log(fact);
    } finally {
      signal.removeEventListener('abort', onAbort);
      this.#end(new EngineError('engine_lost', 'The session has ended.'));
    }
  }

  get #closed(): boolean {
    return this.#link.state === 'ended';
  }

  /** Everything at once: the connection, requests and waits. What has ended stays as it ended. */
  #end(error: TranscribeError): void {
    this.#step({ kind: 'aborted', error });
    this.#ending.abort(error);
    this.#connection?.end(error);
    this.#wordTimes?.end();
  }

  #step(event: EngineLinkEvent): void {
    this.#link = advanceLink(this.#link, event, this.#options.clock.now());
    this.#bell.ring();
  }

  #fail(thrown: unknown): EventFault {
    const error = asTranscribeError(thrown);
    this.#step({ kind: 'failed', error, jitter: this.#options.random() });
    return asFault(error);
  }

  async *#facts(): AsyncGenerator<Fact, void, undefined> {
    const { engine, recognition } = this.#options;
    const { model, language } = recognition;
    yield { kind: 'opened', session: this.id, engine: engine.id, model, language };
    if (this.#wordTimes) yield* merge<Fact>(this.#recognitions(), this.#wordTimes);
    else yield* this.#recognitions();
    yield* this.#close();
  }

  /** One engine connection after the other, as the link has it. */
  async *#recognitions(): AsyncGenerator<Fact, void, undefined> {
    let replaced: Replaced | undefined;
    for (let link = this.#link; link.state !== 'ended'; link = this.#link) {
      if (link.state === 'waiting') await this.#wait(link.delayMs);
      else replaced = yield* this.#recognise(replaced);
    }
    await this.#wordTimes?.finish();
  }

  async #wait(delayMs: number): Promise<void> {
    try {
      await this.#options.clock.wait(delayMs, this.#ending.signal);
      this.#step({ kind: 'waited' });
    } catch (thrown) {
      this.#fail(thrown);
    }
  }

  /** One engine connection, in the place of one that had opened before, if any did. Answers what the next one replaces. */
  async *#recognise(before: Replaced | undefined): AsyncGenerator<Fact, Replaced | undefined, undefined> {
    const connection = new EngineConnection(this.#options.clock);
    this.#connection = connection;
    const engineSession = await this.#open(connection);
    if (!engineSession) return before;
    const replaced = yield* this.#listen(engineSession, connection, before);
    if (replaced) yield* this.#rewind(replaced);
    return replaced;
  }

  async #open(connection: EngineConnection): Promise<EngineSession | undefined> {
    const { engine, recognition } = this.#options;
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
  async *#listen(
    engineSession: EngineSession,
    connection: EngineConnection,
    before: Replaced | undefined,
  ): AsyncGenerator<Fact, Replaced | undefined, undefined> {
    const at = this.#timeline.attach(this.#ring.sent);
    const heard = new EngineEvents();
    const working = Promise.all([
      this.#feed(engineSession, connection, heard),
      relay(engineSession.events, heard, connection),
    ]);
    let rotation: string | undefined;
    try {
      if (before) yield { kind: 'engine_changed', at, ...before };
      for await (const event of heard) {
        if (event.kind === 'rotate') rotation ??= event.reason;
        else yield* this.#hear(event.kind === 'failed' ? await this.#retry(event) : event);
        if (rotation !== undefined && this.#rotates()) return { planned: true, reason: { message: rotation } };
      }
      this.#step({ kind: 'ended' });
      return this.#closed ? undefined : endedUnasked;
    } catch (thrown) {
      if (this.#link.state === 'finishing' && this.#ring.settled === this.#ring.received) {
        // Lost on its way out, with nothing left to say.
        this.#step({ kind: 'ended' });
        return undefined;
      }
      return { planned: false, reason: this.#fail(connection.signal.aborted ? connection.signal.reason : thrown) };
    } finally {
      connection.end(new EngineError('engine_lost', 'The engine connection has ended.'));
      heard.end();
      this.#bell.ring();
      await working;
    }
  }

  /** Whether to leave the connection now: not while that would lose audio that only this connection still has. */
  #rotates(): boolean {
    if (this.#ring.forgotten > 0) return false;
    this.#step({ kind: 'rotate' });
    return this.#link.state !== 'streaming' && this.#link.state !== 'finishing';
  }

  /** What no final covers waits for the next connection, and what is no longer kept is told as lost. */
  *#rewind({ reason: { code = 'engine_lost', message } }: Replaced): Generator<Fact> {
    const { from, forgotten } = this.#ring.rewind();
    this.#marks.rewind(from);
    if (forgotten === 0) return;
    const start = this.#timeline.timeAt(from - forgotten);
    yield { kind: 'gap', start, end: this.#timeline.timeAt(from), reason: { code, message } };
  }

  /** Gives the engine all there is to hear, then lets it finish. Failures end the connection, whose events tell them. */
  async #feed(engineSession: EngineSession, connection: EngineConnection, heard: EngineEvents): Promise<void> {
    try {
      const drained = await pump(engineSession, {
        ring: this.#ring,
        marks: this.#marks,
        bell: this.#bell,
        writeSamples: this.#writeSamples,
        audioEnded: () => this.#audioEnded,
        heard: () => heard.room(),
        isOver: () => connection.signal.aborted,
      });
      if (!drained) return;
      this.#step({ kind: 'drained' });
      await connection.finish(engineSession);
    } catch (thrown) {
      connection.end(thrown);
    }
  }

  *#hear(event: Exclude<EngineEvent, { kind: 'rotate' }>): Generator<Fact> {
    switch (event.kind) {
      case 'hypothesis': {
        const partial = this.#transcript.hypothesis(event);
        if (partial) yield partial;
        return;
      }
      case 'utterance': {
        this.#usage.add(event.usage);
        const final = this.#transcript.utterance(event);
        if (final) yield* this.#tell(final, event);
        return;
      }
      case 'failed': {
        const failed = this.#transcript.failed(event);
        if (failed) yield failed;
        return;
      }
      case 'settled': {
        const before = this.#ring.settled;
        this.#ring.settle(this.#timeline.position(event.through));
        this.#marks.settle(this.#ring.settled);
        if (this.#ring.settled > before) this.#step({ kind: 'progressed' });
        return;
      }
      default:
        event satisfies never;
    }
  }

  /** The final, and after it the order to time its words: the audio is taken before it can be forgotten. */
  *#tell(final: Final, utterance: Utterance): Generator<Fact> {
    const audio = this.#wordTimes && !final.words && final.text !== '' ? this.#audioOf(utterance) : undefined;
    yield final;
    if (audio)
      this.#wordTimes?.add({ ...final, samples: audio.samples, samplesFrom: this.#timeline.timeAt(audio.from) });
  }

  /** A failed utterance by another way, where there is one and it is still wanted. What comes after waits. */
  async #retry(failure: Failure): Promise<Utterance | Failure> {
    if (!this.#transcriber || this.#transcript.isCleared(failure)) return failure;
    const audio = this.#audioOf(failure);
    return audio ? retryUtterance(failure, audio.samples, this.#transcriber) : failure;
  }

  /** A copy of what an utterance is about; `undefined` where it is not kept any more. */
  #audioOf({ start, end }: Utterance | Failure): { readonly from: number; readonly samples: Int16Array } | undefined {
    const from = Math.max(this.#timeline.position(start), this.#ring.settled);
    const samples = this.#ring.copy(from, Math.min(this.#timeline.position(end), this.#ring.received));
    return samples && { from, samples };
  }

  /** A session that ends early says which audio stays without words. */
  *#close(): Generator<Fact> {
    const fault = this.#link.state === 'ended' && this.#link.error ? asFault(this.#link.error) : undefined;
    const { settled, received } = this.#ring;
    const usage = this.#usage.total;
    if (fault) {
      const abandoned = this.#transcript.abandon(fault);
      if (abandoned) yield abandoned;
      const start = this.#timeline.timeAt(settled);
      if (settled < received) yield { kind: 'gap', start, end: this.#timeline.timeAt(received), reason: fault };
    }
    const duration = this.#timeline.timeAt(received);
    const { segments } = this.#transcript;
    yield { kind: 'closed', duration, segments, ...(usage && { usage }), ...(fault && { error: fault }) };
  }
}

const asFault = ({ code, message }: TranscribeError): EventFault => ({ code, message });

const endedUnasked: Replaced = {
  planned: false,
  reason: { code: 'engine_lost', message: 'The engine ended the recognition without being asked.' },
};
