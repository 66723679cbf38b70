import type { TranscribeError } from '@live-transcribe/core';
import { LiveMetrics } from './live-metrics.ts';
import type { Log } from './log.ts';
import { type MetricDescription, MetricRegistry } from './metric-registry.ts';
import { processMetrics } from './process-metrics.ts';
import { SeldomLog } from './seldom-log.ts';
import { type ClientOrigin, type Observed, type SessionAbout, SessionObservation } from './session-observation.ts';
import type { Tracing } from './trace.ts';

/** What there is of something now, asked for when somebody looks. */
export interface MetricReadings {
  /** Open client connections, by the path of their wire protocol. */
  readonly connections: () => ReadonlyMap<string, number>;
  /** Sessions that wait for a client that is lost. */
  readonly heldSessions: () => number;
  /** Events that wait for the store. */
  readonly outboxEvents: () => number;
  /** Streams of server-sent events. */
  readonly watchers: () => number;
}

export interface MetricsOptions {
  readonly version: string;
  readonly engine: string;
  /** Where sessions are traced. */
  readonly tracing?: Tracing | undefined;
  /** Told of what happens to many at once, seldom. */
  readonly log?: Log | undefined;
}

/** Seconds. Chunks are 20 to 250 ms long: what takes longer than one of them is late. */
const hotBuckets = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5];
/** Seconds that people wait for words. */
const wordBuckets = [0.05, 0.1, 0.2, 0.3, 0.5, 0.75, 1, 1.5, 2, 3, 5, 10];
const requestBuckets = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5];
const connectBuckets = [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 15];

/**
 * What Prometheus reads of one server. Parts of the server note what is rare in the counters here; what comes with every
 * chunk stands in the `SessionObservation`s. Labels take few values: paths of protocols, routes, codes, formats, and at
 * most 50 models.
 */
export class Metrics {
  readonly #registry = new MetricRegistry();
  readonly #live = new LiveMetrics(this.#registry);
  readonly #tracing: Tracing | undefined;
  readonly #refusals: SeldomLog | undefined;
  readonly #engineFaults: SeldomLog | undefined;

  readonly sessionsStarted = this.#registry.counter(
    'sessions_started_total',
    'Sessions that began on this server: files, and those that went on out of the store, too.',
    ['protocol'],
  );
  readonly sessionsReopened = this.#registry.counter(
    'sessions_reopened_total',
    'Of these, sessions that went on out of the store.',
    ['protocol'],
  );
  readonly sessionsEnded = this.#registry.counter(
    'sessions_ended_total',
    'Sessions that ended: stopped and left are the client’s doing, anything else is an error code.',
    ['reason'],
  );
  readonly clientReturns = this.#registry.counter('client_returns_total', 'Clients that came back to their session.');
  readonly refused = this.#registry.counter(
    'connections_refused_total',
    'Connections that got no session, by error code.',
    ['code'],
  );
  readonly decoderErrors = this.#registry.counter(
    'decoder_errors_total',
    'Streams of audio that could not be decoded.',
    ['format', 'code'],
  );
  readonly notices = this.#registry.counter('audio_notices_total', 'Oddities of audio that clients were told of.', [
    'format',
    'code',
  ]);
  readonly chunkLatency = this.#registry.fast(
    'chunk_latency_seconds',
    'From receiving audio to handing it to the engine; one chunk of a session at a time is timed.',
    hotBuckets,
  );
  readonly firstPartialLatency = this.#registry.fast(
    'first_partial_latency_seconds',
    'From receiving the audio at a segment’s start to telling its first partial.',
    wordBuckets,
  );
  readonly finalLatency = this.#registry.fast(
    'final_latency_seconds',
    'From receiving the audio at a segment’s end to telling its final, the store included.',
    wordBuckets,
  );
  readonly finals = this.#registry.counter('finals_total', 'Finals told.');
  readonly failedSegments = this.#registry.counter('failed_segments_total', 'Segments closed without a text.', [
    'code',
  ]);
  readonly gaps = this.#registry.counter('gaps_total', 'Stretches of audio that no engine will hear.');
  readonly gapSeconds = this.#registry.counter('gap_seconds_total', 'Audio that no engine will hear.');
  readonly reconnects = this.#registry.counter(
    'engine_reconnects_total',
    'Engine connections that took the place of another, which had asked for it (planned) or was lost.',
    ['planned'],
  );
  readonly engineConnections = this.#registry.gauge('engine_connections', 'Open engine connections.');
  readonly engineErrors = this.#registry.counter(
    'engine_errors_total',
    'Failures of engine connections and utterances.',
    ['code'],
  );
  readonly engineOpen = this.#registry.histogram(
    'engine_open_duration_seconds',
    'How long engine connections took to open.',
    connectBuckets,
  );
  readonly storeOperations = this.#registry.histogram(
    'store_operation_duration_seconds',
    'How long the store took.',
    requestBuckets,
    ['operation'],
  );
  readonly storeErrors = this.#registry.counter('store_errors_total', 'What the store did not do.', [
    'operation',
    'code',
  ]);
  readonly requests = this.#registry.counter('http_requests_total', 'Answers over HTTP.', [
    'method',
    'route',
    'status',
  ]);
  readonly requestDuration = this.#registry.histogram(
    'http_request_duration_seconds',
    'How long answers over HTTP took, streams of events aside.',
    requestBuckets,
    ['route'],
  );

  constructor({ version, engine, tracing, log }: MetricsOptions) {
    this.#tracing = tracing;
    this.#refusals = log && new SeldomLog(log);
    this.#engineFaults = log && new SeldomLog(log);
    this.#registry.gauge('build_info', 'Always 1; says what runs.', ['version', 'engine']).set({ version, engine }, 1);
  }

  /** Names, types and meanings of everything that is told of this server, the process aside. */
  get descriptions(): readonly MetricDescription[] {
    return this.#registry.descriptions;
  }

  get contentType(): string {
    return this.#registry.contentType;
  }

  /** A session lives from now until `ended`; `session` is asked for from its first audio on. */
  observe(about: SessionAbout, session: () => Observed): SessionObservation {
    const observed = new SessionObservation(about, { metrics: this, session, trace: this.#tracing?.session(about) });
    this.#live.begin(observed);
    this.sessionsStarted.inc({ protocol: about.protocol });
    return observed;
  }

  /** A client gets no session. */
  refuse({ code, message }: TranscribeError, { protocol, client }: ClientOrigin): void {
    this.refused.inc({ code });
    this.#refusals?.note('info', code, { code, protocol, client }, `connection refused: ${message}`);
  }

  /** A connection to the engine has failed, for the reason that its cause gives in the engine's own words. */
  engineFailed({ code, message, cause }: TranscribeError, session: string): void {
    this.engineErrors.inc({ code });
    const details = { code, session, cause: cause instanceof Error ? cause.message : undefined };
    this.#engineFaults?.note('warn', code, details, `the engine failed: ${message}`);
  }

  ended(observed: SessionObservation, reason: string): void {
    if (this.#live.end(observed)) this.sessionsEnded.inc({ reason });
  }

  /** What is asked of the parts of the server when somebody looks. */
  read({ connections, heldSessions, outboxEvents, watchers }: MetricReadings): void {
    const registry = this.#registry;
    registry.gauge('connections', 'Open client sockets.', ['protocol'], (gauge) => {
      for (const [protocol, count] of connections()) gauge.set({ protocol }, count);
    });
    registry.gauge('sessions_held', 'Sessions that wait for a client that is lost.', [], (gauge) =>
      gauge.set(heldSessions()),
    );
    registry.gauge('outbox_events', 'Events that wait for the store.', [], (gauge) => gauge.set(outboxEvents()));
    registry.gauge('watchers', 'Streams of server-sent events.', [], (gauge) => gauge.set(watchers()));
  }

  /** In Prometheus’ text format. */
  async text(): Promise<string> {
    this.#live.addUp();
    return `${await this.#registry.text()}\n${await processMetrics().metrics()}`;
  }
}
