import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

export interface ReceivedSpan {
  readonly name: string;
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId: string | undefined;
  /** Milliseconds since 1970. */
  readonly start: number;
  readonly end: number;
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly events: readonly string[];
  readonly failed: boolean;
}

export interface TraceReceiver {
  readonly endpoint: string;
  /** What has come, in the order of its coming. */
  readonly spans: readonly ReceivedSpan[];
  readonly bodies: readonly string[];
  readonly headers: readonly IncomingHttpHeaders[];
  /** Of the process that sends. */
  readonly resources: readonly Readonly<Record<string, unknown>>[];
  status: number;
  close(): Promise<void>;
}

interface Attribute {
  readonly key: string;
  readonly value: Readonly<Record<string, unknown>>;
}

interface WireSpan {
  readonly name: string;
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly startTimeUnixNano: string;
  readonly endTimeUnixNano: string;
  readonly attributes?: readonly Attribute[];
  readonly events?: readonly { readonly name: string }[];
  readonly status?: { readonly code?: number };
}

interface Request {
  readonly resourceSpans: readonly {
    readonly resource: { readonly attributes: readonly Attribute[] };
    readonly scopeSpans: readonly { readonly spans: readonly WireSpan[] }[];
  }[];
}

const asRecord = (attributes: readonly Attribute[] = []) =>
  Object.fromEntries(attributes.map(({ key, value }) => [key, Object.values(value)[0]]));

const read = (span: WireSpan): ReceivedSpan => ({
  name: span.name,
  traceId: span.traceId,
  spanId: span.spanId,
  parentSpanId: span.parentSpanId === '' ? undefined : span.parentSpanId,
  start: Number(span.startTimeUnixNano) / 1e6,
  end: Number(span.endTimeUnixNano) / 1e6,
  attributes: asRecord(span.attributes),
  events: (span.events ?? []).map(({ name }) => name),
  // STATUS_CODE_ERROR
  failed: span.status?.code === 2,
});

/** A receiver of OTLP/HTTP, as far as its specification asks for one. */
export async function startTraceReceiver(): Promise<TraceReceiver> {
  const received = { spans: [] as ReceivedSpan[], bodies: [] as string[], headers: [] as IncomingHttpHeaders[] };
  const resources: Record<string, unknown>[] = [];
  const take = async (request: IncomingMessage, response: ServerResponse) => {
    const body = await text(request);
    received.headers.push(request.headers);
    if (request.method === 'POST' && request.url === '/v1/traces' && receiver.status === 200) {
      received.bodies.push(body);
      const { resourceSpans }: Request = JSON.parse(body);
      for (const { resource, scopeSpans } of resourceSpans) {
        resources.push(asRecord(resource.attributes));
        for (const { spans } of scopeSpans) received.spans.push(...spans.map(read));
      }
    }
    response.writeHead(receiver.status, { 'content-type': 'application/json' }).end('{}');
  };
  const server = createServer((request, response) => void take(request, response));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const receiver: TraceReceiver = {
    endpoint: `http://127.0.0.1:${port}`,
    ...received,
    resources,
    status: 200,
    close: async () => {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
  return receiver;
}
