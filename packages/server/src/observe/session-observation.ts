import { type FormatName, msToSamples, type NoticeCode, samplesToMs, type TimelineMs } from '@live-transcribe/audio';
import type { ErrorCode, LoggedEvent, Partial, Session, Usage } from '@live-transcribe/core';
import { Arrivals } from './arrivals.ts';
import { ConnectionObservation } from './connection-observation.ts';
import type { FastHistogram } from './fast-histogram.ts';
import type { Metrics } from './metrics.ts';
import { ReceivedAudio } from './received-audio.ts';
import { type Closed, endOf, isOurs } from './session-end.ts';
import type { SessionTrace } from './trace.ts';

/** Who speaks from where, as far as an operator wants to know. */
export interface ClientOrigin {
  /** The path of the wire protocol. */
  readonly protocol: string;
  /** Its address; `undefined` where the connection was lost before anybody asked. */
  readonly client: string | undefined;
  /** The header of this name, with which a client says what its session is a part of. */
  readonly traceparent?: string | undefined;
}

export interface SessionAbout extends ClientOrigin {
  readonly id: string;
  readonly engine: string;
  readonly model: string;
  /** ISO 639-1, or `auto`. */
  readonly language: string;
  /** Hz, of the engine. */
  readonly sampleRate: number;
}

/** What is asked of the session itself. */
export type Observed = Pick<Session, 'sent' | 'received' | 'kept' | 'partialsDropped' | 'usage'>;

/** What failed before anybody knew what it was. */
const unknownFormat = 'unknown';

export interface ObservationOptions {
  readonly metrics: Metrics;
  readonly session: () => Observed;
  /** Where sessions are traced. */
  readonly trace: SessionTrace | undefined;
}

interface Span {
  readonly start: TimelineMs;
  readonly end: TimelineMs;
}

/**
 * What is noted of one session on this server. Per chunk of audio it costs some additions: the metrics add up what is here
 * when they are asked for.
 */
export class SessionObservation {
  readonly about: SessionAbout;
  finals = 0;
  failedSegments = 0;
  partials = 0;
  gaps = 0;
  gapMs = 0;
  /** Engine connections that took the place of a lost one, and of one that asked for it. */
  reconnects = 0;
  rotations = 0;
  /** How often the client's connection was lost, and how often the client came back. */
  losses = 0;
  returns = 0;
  readonly #metrics: Metrics;
  readonly #trace: SessionTrace | undefined;
  readonly #session: () => Observed;
  readonly #arrivals: Arrivals;
  readonly #received: ReceivedAudio;
  #sentSamples = 0;
  /** Of all finals. */
  #finalMs = 0;
  /** One chunk at a time is timed: where it ends, and when it came. */
  #timedEnd = Number.POSITIVE_INFINITY;
  #timedSince = 0;
  /** The last segment that a partial was told of, and when. */
  #segment = -1;
  #firstPartialAt = 0;

  /** `session` is asked for only after it has begun. */
  constructor(about: SessionAbout, { metrics, session, trace }: ObservationOptions) {
    this.about = about;
    this.#trace = trace;
    this.#metrics = metrics;
    this.#session = session;
    this.#received = new ReceivedAudio(about.sampleRate);
    this.#arrivals = new Arrivals(about.sampleRate);
  }

  /** Audio of `format` came at `time` (as `performance.now()`); with its `samples` the session has those before `end`. */
  received(format: FormatName | undefined, samples: number, end: number, time: number): void {
    if (format === undefined) return;
    this.#received.add(format, samples);
    if (samples === 0) return;
    this.#arrivals.note(end, time);
    if (this.#timedEnd !== Number.POSITIVE_INFINITY) return;
    this.#timedEnd = end;
    this.#timedSince = time;
  }

  /** So many samples are being handed to the engine, which `session.sent` counts already. */
  sending(samples: number): void {
    this.#sentSamples += samples;
    if (this.#session().sent < this.#timedEnd) return;
    this.#timedEnd = Number.POSITIVE_INFINITY;
    this.#metrics.chunkLatency.count((performance.now() - this.#timedSince) / 1000);
  }

  /** A connection to the engine is being opened. */
  connecting(): ConnectionObservation {
    return new ConnectionObservation(this.about.id, this.#metrics, this.#trace?.connecting());
  }

  /** The audio could not be decoded. */
  undecodable(format: FormatName | undefined, code: ErrorCode): void {
    this.#metrics.decoderErrors.inc({ format: format ?? unknownFormat, code });
  }

  /** The client is told of something odd in its audio. */
  noticed(format: FormatName | undefined, code: NoticeCode): void {
    this.#metrics.notices.inc({ format: format ?? unknownFormat, code });
  }

  /** The client's connection is lost: it may come back. */
  lost(): void {
    this.losses += 1;
  }

  /** A client is back. */
  returned(): void {
    this.returns += 1;
    this.#metrics.clientReturns.inc();
  }

  /** An event is told to whoever listens. */
  told(event: LoggedEvent | Partial): void {
    const metrics = this.#metrics;
    switch (event.kind) {
      case 'partial':
        this.partials += 1;
        if (event.segment === this.#segment) return;
        this.#segment = event.segment;
        this.#firstPartialAt = performance.now();
        this.#time(metrics.firstPartialLatency, event.start);
        return;
      case 'final':
        this.finals += 1;
        metrics.finals.inc();
        this.#finalMs += this.#time(metrics.finalLatency, event.end);
        return this.#traceSegment(event, undefined);
      case 'segment_failed':
        this.failedSegments += 1;
        metrics.failedSegments.inc({ code: event.error.code });
        return this.#traceSegment(event, event.error.code);
      case 'gap':
        this.gaps += 1;
        this.gapMs += event.end - event.start;
        metrics.gaps.inc();
        return metrics.gapSeconds.inc((event.end - event.start) / 1000);
      case 'engine_changed':
        if (event.planned) this.rotations += 1;
        else this.reconnects += 1;
        return metrics.reconnects.inc({ planned: String(event.planned) });
      case 'opened':
      case 'resumed':
      case 'words':
      case 'closed':
        return;
      default:
        event satisfies never;
    }
  }

  /** Nothing more comes; `closed` is the session's last event, if it had one. */
  ended(closed: Closed | undefined): void {
    const reason = endOf(closed);
    this.#metrics.ended(this, reason);
    const facts = { audio_ms: closed && Math.round(closed.duration), ...this.counts };
    this.#trace?.ended(reason, isOurs(reason), facts);
  }

  /** Where it is traced. */
  get traceId(): string | undefined {
    return this.#trace?.traceId;
  }

  /** For the line that tells of its end. */
  get counts() {
    const { finals, failedSegments, partials, partialsDropped, gaps, reconnects, rotations, losses, returns } = this;
    const gapMs = Math.round(this.gapMs);
    const finalMs = finals === 0 ? undefined : Math.round(this.#finalMs / finals);
    return {
      finals,
      failedSegments,
      partials,
      partialsDropped,
      gaps,
      gapMs,
      reconnects,
      rotations,
      losses,
      returns,
      finalMs,
    };
  }

  /** Seconds of audio by format. */
  get receivedSeconds(): (readonly [FormatName, number])[] {
    return this.#received.seconds;
  }

  /** Seconds of audio that engines were given, what was given again included. */
  get sentSeconds(): number {
    return this.#seconds(this.#sentSamples);
  }

  /** Seconds of audio that wait for the engine. */
  get waitingSeconds(): number {
    const { received, sent } = this.#session();
    return this.#seconds(received - sent);
  }

  /** Seconds of audio in memory. */
  get keptSeconds(): number {
    return this.#seconds(this.#session().kept);
  }

  get partialsDropped(): number {
    return this.#session().partialsDropped;
  }

  get usage(): Usage | undefined {
    return this.#session().usage;
  }

  #traceSegment({ segment, start, end }: Span & { readonly segment: number }, code: string | undefined): void {
    if (!this.#trace) return;
    const now = performance.now();
    const [began = now, spoken = now] = [start, end].map((time) => this.#arrivals.timeOf(this.#position(time)));
    const firstPartial = segment === this.#segment ? this.#firstPartialAt : undefined;
    this.#trace.segment({ segment, began, spoken, firstPartial, code });
  }

  #position(time: TimelineMs): number {
    return msToSamples(time, this.about.sampleRate);
  }

  /** Counts how long ago the audio at `at` of the timeline came, and answers it in ms. */
  #time(histogram: FastHistogram, at: TimelineMs): number {
    const came = this.#arrivals.timeOf(this.#position(at));
    if (came === undefined) return 0;
    const ms = Math.max(0, performance.now() - came);
    histogram.count(ms / 1000);
    return ms;
  }

  #seconds(samples: number): number {
    return samplesToMs(samples, this.about.sampleRate) / 1000;
  }
}
