import { msToSamples, type TimelineMs } from '@live-transcribe/audio';
import { Bell } from '../async/bell.ts';
import { asTranscribeError, EngineError, type TranscribeError } from '../errors.ts';
import type { Clock } from '../ports/clock.ts';
import type { Engine, RecognitionOptions, Usage } from '../ports/engine.ts';
import { WordTimes } from '../words/word-times.ts';
import type { SessionEvent } from './events.ts';
import { Hearing } from './hearing.ts';
import { Marks } from './marks.ts';
import { Recognition } from './recognition.ts';
import { ReplayRing } from './replay-ring.ts';
import { type Fact, SessionEvents } from './session-events.ts';
import { Timeline } from './timeline.ts';
import { transcriberOf } from './transcribe-within.ts';
import { Transcript } from './transcript.ts';
import { UsageSum } from './usage-sum.ts';

/** What an earlier run of the session has left behind. */
export interface Continuation {
  /** Number of its last logged event. */
  readonly seq: number;
  /** Segments that it closed. */
  readonly segments: number;
  /** Where its last segment ended. */
  readonly lastEnd: TimelineMs;
  /** The session's sample number, at the engine's rate, of the first sample that will be written. */
  readonly position: number;
}

export interface SessionOptions {
  readonly id: string;
  /** Where this is not the session's first run. */
  readonly continues?: Continuation | undefined;
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
  readonly #usage = new UsageSum();
  readonly #events: SessionEvents;
  readonly #recognition: Recognition;
  readonly #marks = new Marks();
  /** Rings when the pump or a writer may have something to do. */
  readonly #bell = new Bell();
  readonly #ending = new AbortController();
  /** Only where words are wanted and the engine can time them. */
  readonly #wordTimes: WordTimes | undefined;
  #audioEnded = false;
  #stopped = false;

  constructor(options: SessionOptions) {
    const { engine, recognition, clock, continues } = options;
    const { sampleRate } = engine;
    this.id = options.id;
    this.#options = options;
    this.#ring = new ReplayRing(msToSamples(options.keptMs ?? defaultKeptMs, sampleRate), continues?.position);
    this.#events = new SessionEvents(continues?.seq);
    this.#timeline = new Timeline(sampleRate);
    this.#transcript = new Transcript(this.#timeline, continues?.segments, continues?.lastEnd);
    const transcriber = transcriberOf(engine, recognition, clock, this.#ending.signal);
    if (recognition.words && transcriber) {
      this.#wordTimes = new WordTimes(transcriber, sampleRate, this.#usage);
    }
    // Each named: an object that is spread into another gets a shape of its own, which every session would pay for.
    const hearing = new Hearing({
      ring: this.#ring,
      marks: this.#marks,
      timeline: this.#timeline,
      events: this.#events,
      transcript: this.#transcript,
      usage: this.#usage,
      transcriber,
      wordTimes: this.#wordTimes,
      progressed: () => this.#recognition.progressed(),
    });
    this.#recognition = new Recognition({
      engine,
      recognition,
      clock,
      random: options.random,
      ring: this.#ring,
      marks: this.#marks,
      timeline: this.#timeline,
      events: this.#events,
      bell: this.#bell,
      hearing,
      writeSamples: msToSamples(writeMs, sampleRate),
      audioEnded: () => this.#audioEnded,
    });
  }

  /** Samples received so far, at the engine's rate, those of earlier runs included. */
  get received(): number {
    return this.#ring.received;
  }

  /** The engine has been given the samples before this one. */
  get sent(): number {
    return this.#ring.sent;
  }

  /** Samples that are kept in case the engine is lost, those that wait for it included. */
  get kept(): number {
    return this.#ring.received - this.#ring.settled - this.#ring.forgotten;
  }

  /** Partials that a newer one has replaced before they were read. */
  get partialsDropped(): number {
    return this.#events.partialsDropped;
  }

  /** What the engine has counted so far; `undefined` where it has counted nothing. */
  get usage(): Usage | undefined {
    return this.#usage.total;
  }

  /**
   * Takes mono audio at the engine's rate. Where more is not welcome yet, it answers a promise that resolves when it is: a
   * client that is faster than the engine waits here. `samples` is the caller's again at once. After the end audio is
   * dropped. Calls do not overlap.
   */
  write(samples: Int16Array): Promise<void> | undefined {
    if (this.#closed || this.#audioEnded) return undefined;
    const taken = this.#ring.append(samples);
    this.#bell.ring();
    // What waits is copied: `samples` is the caller's again when this returns.
    return taken === samples.length ? undefined : this.#writeRest(samples.slice(taken));
  }

  async #writeRest(samples: Int16Array): Promise<void> {
    let rest = samples;
    while (rest.length > 0) {
      await this.#bell.wait();
      if (this.#closed || this.#audioEnded) return;
      rest = rest.subarray(this.#ring.append(rest));
      this.#bell.ring();
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

  /**
   * No more audio comes, and the last `write` has resolved; the remaining finals and `closed` follow. `stopped`: the
   * speaker has said that this was all.
   */
  finish({ stopped = false }: { readonly stopped?: boolean } = {}): void {
    this.#audioEnded = true;
    // Who lets the session go later does not take back what its speaker has said.
    this.#stopped ||= stopped;
    this.#bell.ring();
  }

  /** Everything that happens, once, to one reader, from `opened` to `closed`. The session works from the first call on. */
  events(): AsyncIterable<SessionEvent> {
    const { signal } = this.#options;
    const onAbort = () => this.#end(asTranscribeError(signal.reason));
    signal.addEventListener('abort', onAbort);
    if (signal.aborted) onAbort();
    const running = this.#run().finally(() => signal.removeEventListener('abort', onAbort));
    const events = this.#events[Symbol.asyncIterator]();
    const leave = async () => {
      this.#end(new EngineError('engine_lost', 'The session has ended.'));
      const left = await events.return();
      await running;
      return left;
    };
    return { [Symbol.asyncIterator]: () => ({ next: () => events.next(), return: leave }) };
  }

  get #closed(): boolean {
    return this.#recognition.isOver;
  }

  /** Everything at once: the connection, requests and waits. What has ended stays as it ended. */
  #end(error: TranscribeError): void {
    this.#ending.abort(error);
    this.#recognition.end(error);
    this.#wordTimes?.end();
  }

  /** Never rejects: what goes wrong is the reader's to hear. */
  async #run(): Promise<void> {
    try {
      this.#events.tell(this.#beginning());
      await Promise.all([this.#recognise(), this.#tellWords()]);
      this.#close();
      this.#events.end();
    } catch (thrown) {
      this.#end(asTranscribeError(thrown));
      this.#events.fail(thrown);
    }
  }

  async #recognise(): Promise<void> {
    try {
      await this.#recognition.run();
    } finally {
      await this.#wordTimes?.finish();
    }
  }

  async #tellWords(): Promise<void> {
    if (!this.#wordTimes) return;
    for await (const words of this.#wordTimes) if (!this.#events.tell(words)) await this.#events.room();
  }

  #beginning(): Fact {
    const { engine, recognition, continues } = this.#options;
    const { model, language } = recognition;
    const what = { engine: engine.id, model, language };
    if (!continues) return { kind: 'opened', session: this.id, ...what };
    return { kind: 'resumed', at: this.#timeline.timeAt(continues.position), ...what };
  }

  /** A session that ends early says which audio stays without words. */
  #close(): void {
    const { fault: error } = this.#recognition;
    const fault = error && { code: error.code, message: error.message };
    const { settled, received } = this.#ring;
    const usage = this.#usage.total;
    if (fault) {
      const abandoned = this.#transcript.abandon(fault);
      if (abandoned) this.#events.tell(abandoned);
      const start = this.#timeline.timeAt(settled);
      if (settled < received)
        this.#events.tell({ kind: 'gap', start, end: this.#timeline.timeAt(received), reason: fault });
    }
    const duration = this.#timeline.timeAt(received);
    const { segments } = this.#transcript;
    const ending = fault ? { error: fault } : this.#stopped && { stopped: true as const };
    this.#events.tell({ kind: 'closed', duration, segments, ...(usage && { usage }), ...ending });
  }
}
