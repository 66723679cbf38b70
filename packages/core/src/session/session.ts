import { msToSamples } from '@live-transcribe/audio';
import { Bell } from '../async/bell.ts';
import { withTimeLimit } from '../async/time-limit.ts';
import { asTranscribeError, EngineError, type TranscribeError } from '../errors.ts';
import type { Clock } from '../ports/clock.ts';
import type { Engine, EngineEvent, EngineSession, RecognitionOptions } from '../ports/engine.ts';
import { advanceLink, type EngineLink, type EngineLinkEvent, initialLink } from './engine-link.ts';
import { EventLog } from './event-log.ts';
import type { EventFault, SessionEvent } from './events.ts';
import { Marks } from './marks.ts';
import { pump } from './pump.ts';
import { ReplayRing } from './replay-ring.ts';
import { Timeline } from './timeline.ts';
import { Transcript } from './transcript.ts';

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

/** An engine that does not open within this time is tried again. */
const openTimeoutMs = 15_000;
/** After the last sample: the engine may still have a minute of speech to think about, but not for ever. */
const finishTimeoutMs = 30_000;
const defaultKeptMs = 60_000;
/** One write to the engine, at most: large enough to catch up quickly, small enough to stay responsive. */
const writeMs = 200;

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
  readonly #log = new EventLog();
  readonly #marks = new Marks();
  /** Rings when the pump or a writer may have something to do. */
  readonly #bell = new Bell();
  readonly #writeSamples: number;
  #link: EngineLink = initialLink;
  #audioEnded = false;

  constructor(options: SessionOptions) {
    const { sampleRate } = options.engine;
    this.id = options.id;
    this.#options = options;
    this.#ring = new ReplayRing(msToSamples(options.keptMs ?? defaultKeptMs, sampleRate));
    this.#timeline = new Timeline(sampleRate);
    this.#transcript = new Transcript(this.#timeline);
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
    const { engine, recognition, signal } = this.#options;
    const onAbort = () => this.#step({ kind: 'aborted', error: asTranscribeError(signal.reason) });
    const { model, language } = recognition;
    try {
      yield this.#log.log({ kind: 'opened', session: this.id, engine: engine.id, model, language });
      signal.addEventListener('abort', onAbort);
      if (signal.aborted) onAbort();
      let reason: EventFault | undefined;
      for (let link = this.#link; link.state !== 'ended'; link = this.#link) {
        if (link.state === 'waiting') await this.#wait(link.delayMs);
        else reason = yield* this.#recognise(reason);
      }
      yield* this.#close();
    } finally {
      signal.removeEventListener('abort', onAbort);
      this.#link = { state: 'ended' };
      this.#bell.ring();
    }
  }

  get #closed(): boolean {
    return this.#link.state === 'ended';
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

  async #wait(delayMs: number): Promise<void> {
    const { clock, signal } = this.#options;
    try {
      await clock.wait(delayMs, signal);
      this.#step({ kind: 'waited' });
    } catch (thrown) {
      this.#fail(thrown);
    }
  }

  /** One engine connection, from opening to its end. Answers why it ended, for the one that follows. */
  async *#recognise(before: EventFault | undefined): AsyncGenerator<SessionEvent, EventFault | undefined, undefined> {
    const connection = new AbortController();
    const signal = AbortSignal.any([connection.signal, this.#options.signal]);
    let feeding: Promise<void> | undefined;
    try {
      const engineSession = await this.#open(connection, signal);
      this.#step({ kind: 'opened' });
      yield* this.#resume(before);
      feeding = this.#feed(engineSession, connection, signal);
      for await (const event of engineSession.events) yield* this.#hear(event);
      this.#step({ kind: 'ended' });
      return undefined;
    } catch (thrown) {
      if (this.#link.state === 'finishing' && this.#ring.settled === this.#ring.received) {
        // Lost on its way out, with nothing left to say.
        this.#step({ kind: 'ended' });
        return undefined;
      }
      return this.#fail(connection.signal.aborted ? connection.signal.reason : thrown);
    } finally {
      connection.abort(new EngineError('engine_lost', 'The engine connection has ended.'));
      this.#bell.ring();
      await feeding;
    }
  }

  async #open(connection: AbortController, signal: AbortSignal): Promise<EngineSession> {
    const { engine, recognition, clock } = this.#options;
    const late = new EngineError('engine_timeout', `The engine did not open within ${openTimeoutMs / 1000} s.`);
    const limit = { ms: openTimeoutMs, clock, signal, onLate: () => connection.abort(late) };
    return withTimeLimit(limit, () => engine.open(recognition, signal));
  }

  /** Sets the connection's first sample on the timeline, and says what a lost one before it has cost. */
  *#resume(before: EventFault | undefined): Generator<SessionEvent> {
    const { from, forgotten } = this.#ring.rewind();
    this.#timeline.attach(from);
    this.#marks.rewind(from);
    if (!before) return;
    const at = this.#timeline.timeAt(from);
    if (forgotten > 0) {
      yield this.#log.log({ kind: 'gap', start: this.#timeline.timeAt(from - forgotten), end: at, reason: before });
    }
    yield this.#log.log({ kind: 'engine_changed', at, reason: before });
  }

  /** Gives the engine all there is to hear, then lets it finish. Failures end the connection, whose events tell them. */
  async #feed(engineSession: EngineSession, connection: AbortController, signal: AbortSignal): Promise<void> {
    try {
      const drained = await pump(engineSession, {
        ring: this.#ring,
        marks: this.#marks,
        bell: this.#bell,
        writeSamples: this.#writeSamples,
        audioEnded: () => this.#audioEnded,
        isOver: () => signal.aborted || this.#link.state !== 'streaming',
      });
      if (drained) await this.#finish(engineSession, connection, signal);
    } catch (thrown) {
      connection.abort(thrown);
    }
  }

  async #finish(engineSession: EngineSession, connection: AbortController, signal: AbortSignal): Promise<void> {
    this.#step({ kind: 'drained' });
    const late = new EngineError('engine_timeout', `The engine did not finish within ${finishTimeoutMs / 1000} s.`);
    const limit = { ms: finishTimeoutMs, clock: this.#options.clock, signal, onLate: () => connection.abort(late) };
    await withTimeLimit(limit, async () => {
      await engineSession.finish();
      while (this.#link.state === 'finishing' && !signal.aborted) await this.#bell.wait();
    });
  }

  *#hear(event: EngineEvent): Generator<SessionEvent> {
    switch (event.kind) {
      case 'hypothesis': {
        const partial = this.#transcript.hypothesis(event);
        if (partial) yield partial;
        return;
      }
      case 'utterance':
      case 'failed': {
        const fact = event.kind === 'failed' ? this.#transcript.failed(event) : this.#transcript.utterance(event);
        if (fact) yield this.#log.log(fact);
        return;
      }
      case 'settled': {
        const position = this.#timeline.position(event.through);
        const before = this.#ring.settled;
        this.#ring.settle(position);
        this.#marks.settle(this.#ring.settled);
        if (this.#ring.settled > before) this.#step({ kind: 'progressed' });
        return;
      }
      default:
        event satisfies never;
    }
  }

  /** A session that ends early says which audio stays without words. */
  *#close(): Generator<SessionEvent> {
    const fault = this.#link.state === 'ended' && this.#link.error ? asFault(this.#link.error) : undefined;
    const { settled, received } = this.#ring;
    if (fault) {
      const abandoned = this.#transcript.abandon(fault);
      if (abandoned) yield this.#log.log(abandoned);
      const start = this.#timeline.timeAt(settled);
      if (settled < received) {
        yield this.#log.log({ kind: 'gap', start, end: this.#timeline.timeAt(received), reason: fault });
      }
    }
    yield this.#log.log({
      kind: 'closed',
      duration: this.#timeline.timeAt(received),
      segments: this.#transcript.segments,
      ...(fault && { error: fault }),
    });
  }
}

const asFault = ({ code, message }: TranscribeError): EventFault => ({ code, message });
