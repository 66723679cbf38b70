import { systemClock, withTimeLimit } from '@live-transcribe/core';
import { type Context, isSpanContextValid, ROOT_CONTEXT, trace } from '@opentelemetry/api';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { resourceFromAttributes } from '@opentelemetry/resources';
import {
  BatchSpanProcessor,
  ParentBasedSampler,
  TraceIdRatioBasedSampler,
  TracerProvider,
} from '@opentelemetry/sdk-trace';
import type { Log } from './log.ts';
import { OtelSession } from './otel-session.ts';
import { OutspokenExporter } from './outspoken-exporter.ts';
import type { Tracing } from './trace.ts';

export interface OpenTelemetryOptions {
  /** Of an OTLP/HTTP receiver, without `/v1/traces`. */
  readonly endpoint: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly serviceName: string;
  readonly version: string;
  /** 0 to 1: the part of sessions that is traced, where the client does not say. */
  readonly ratio: number;
  readonly log: Log;
}

/** Spans wait for as long as this, and no more of them: what comes then is not sent. */
const batch = { scheduledDelayMillis: 2_000, maxQueueSize: 2_048, exportTimeoutMillis: 10_000 };
/** A receiver that is away keeps no server from stopping. */
const farewellMs = 2_000;

/** Traces by OTLP/HTTP. Imported only where a receiver is configured: nobody else loads the library. */
export function openTelemetry(options: OpenTelemetryOptions): Tracing {
  const { endpoint, headers, serviceName, version, ratio, log } = options;
  const exporter = new OTLPTraceExporter({ url: `${endpoint}/v1/traces`, headers: { ...headers } });
  const provider = new TracerProvider({
    resource: resourceFromAttributes({ 'service.name': serviceName, 'service.version': version }),
    sampler: new ParentBasedSampler({ root: new TraceIdRatioBasedSampler(ratio) }),
    spanProcessors: [new BatchSpanProcessor({ exporter: new OutspokenExporter(exporter, log), ...batch })],
  });
  const tracer = provider.getTracer('live-transcribe', version);
  return {
    session: (about) => new OtelSession(tracer, about, parentOf(about.traceparent)),
    close: async () => {
      let late = () => {};
      const isLate = new Promise<void>((resolve) => {
        late = resolve;
      });
      const limit = { ms: farewellMs, clock: systemClock, onLate: () => late() };
      await withTimeLimit(limit, () => Promise.race([provider.shutdown().catch(() => undefined), isLate]));
    },
  };
}

/** https://www.w3.org/TR/trace-context/#traceparent-header */
const form = /^00-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})$/;

/** What a client has begun goes on here; a header that makes no sense is none. */
function parentOf(traceparent: string | undefined): Context {
  const [, traceId = '', spanId = '', flags = ''] = form.exec(traceparent ?? '') ?? [];
  const context = { traceId, spanId, traceFlags: Number.parseInt(flags, 16) & 1, isRemote: true };
  return isSpanContextValid(context) ? trace.setSpanContext(ROOT_CONTEXT, context) : ROOT_CONTEXT;
}
