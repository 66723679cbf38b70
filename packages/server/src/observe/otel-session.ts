import { type Context, type Span, SpanKind, SpanStatusCode, type Tracer, trace } from '@opentelemetry/api';
import type { ConnectionTrace, SegmentTrace, SessionTrace, TraceAbout } from './trace.ts';

const prefix = 'live_transcribe';

/** A span for a session, with a child for each engine connection and each segment. */
export class OtelSession implements SessionTrace {
  readonly #tracer: Tracer;
  readonly #span: Span;
  readonly #context: Context;

  constructor(tracer: Tracer, about: TraceAbout, parent: Context) {
    const { id, protocol, client, engine, model, language } = about;
    this.#tracer = tracer;
    const attributes = {
      'session.id': id,
      'url.path': protocol,
      ...(client !== undefined && { 'client.address': client }),
      [`${prefix}.engine`]: engine,
      [`${prefix}.model`]: model,
      [`${prefix}.language`]: language,
    };
    this.#span = tracer.startSpan('session', { kind: SpanKind.SERVER, attributes }, parent);
    this.#context = trace.setSpan(parent, this.#span);
  }

  get traceId(): string {
    return this.#span.spanContext().traceId;
  }

  connecting(): ConnectionTrace {
    const span = this.#tracer.startSpan('engine connection', { kind: SpanKind.CLIENT }, this.#context);
    return {
      opened: () => void span.addEvent('opened'),
      ended: (code) => {
        if (code !== undefined) blame(span, code);
        span.end();
      },
    };
  }

  segment({ segment, began, spoken, firstPartial, code }: SegmentTrace): void {
    const attributes = { [`${prefix}.segment`]: segment };
    const span = this.#tracer.startSpan('segment', { startTime: began, attributes }, this.#context);
    if (firstPartial !== undefined) span.addEvent('first partial', firstPartial);
    span.addEvent('spoken', spoken);
    if (code !== undefined) blame(span, code);
    span.end(performance.now());
  }

  ended(reason: string, isFault: boolean, facts: Readonly<Record<string, number | undefined>>): void {
    this.#span.setAttribute(`${prefix}.reason`, reason);
    for (const [name, value] of Object.entries(facts))
      if (value !== undefined) this.#span.setAttribute(`${prefix}.${name}`, value);
    if (isFault) blame(this.#span, reason);
    this.#span.end();
  }
}

function blame(span: Span, code: string): void {
  span.setAttribute('error.type', code);
  span.setStatus({ code: SpanStatusCode.ERROR, message: code });
}
