import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { EngineError } from '@live-transcribe/core';
import { RulerEngine, rulerAudio } from '@live-transcribe/testkit';
import { pino } from 'pino';
import { afterEach, describe, expect, it } from 'vitest';
import { startTraceReceiver } from './support/trace-receiver.ts';
import { startTestGateway, type TestGatewayOptions, testRate } from './test-gateway.ts';
import { pcm16, WireClient } from './wire-client.ts';

const closing: (() => void | Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

const path = '/v1/transcriptions';
const begin = { action: 'start', encoding: 'pcm16', sample_rate: testRate };

async function start(environment: Record<string, string> = {}, options: TestGatewayOptions = {}) {
  const receiver = await startTraceReceiver();
  closing.push(() => receiver.close());
  const gateway = await startTestGateway({
    ...options,
    environment: { OTEL_EXPORTER_OTLP_ENDPOINT: receiver.endpoint, ...environment },
  });
  let isOpen = true;
  const stop = async () => {
    if (isOpen) await gateway.close();
    isOpen = false;
  };
  closing.push(stop);
  return { receiver, gateway, stop };
}

async function say(port: number, samples: number, headers: Record<string, string> = {}): Promise<WireClient> {
  const client = new WireClient(`ws://127.0.0.1:${port}${path}`, { headers });
  await once(client.socket, 'open');
  client.send(begin);
  for (let at = 0; at < samples; at += 1_600) client.send(pcm16(rulerAudio(at, Math.min(1_600, samples - at))));
  client.send({ action: 'stop' });
  await client.closed;
  return client;
}

describe('traces by OpenTelemetry', () => {
  it('are a span for a session, with children for its engine connections and its segments', async () => {
    const busy = new EngineError('engine_busy', 'There is no room.', { retryAfterMs: 1 });
    const faults = [{ loseAfter: 9_000 }, { openError: busy }, { fails: [0] }];
    const engine = new RulerEngine({ sampleRate: testRate, faults });
    // Without another way to an utterance a failure stays one.
    Object.assign(engine, { transcribe: undefined });
    const { receiver, gateway, stop } = await start({}, { engine });
    const before = Date.now();
    const client = await say(gateway.port, 24_000);
    await stop();

    const [session, ...others] = receiver.spans.filter(({ name }) => name === 'session');
    expect(others).toEqual([]);
    expect(session).toMatchObject({
      parentSpanId: undefined,
      failed: false,
      attributes: {
        'session.id': client.messages[0]?.['session_id'],
        'url.path': path,
        'client.address': '127.0.0.1',
        'live_transcribe.engine': 'ruler',
        'live_transcribe.model': 'gateway-model',
        'live_transcribe.reason': 'stopped',
        'live_transcribe.audio_ms': 1_500,
        'live_transcribe.reconnects': 1,
      },
    });
    const children = receiver.spans.filter(({ name }) => name !== 'session');
    for (const { parentSpanId, traceId } of children)
      expect({ parentSpanId, traceId }).toEqual({ parentSpanId: session?.spanId, traceId: session?.traceId });

    const connections = children.filter(({ name }) => name === 'engine connection');
    expect(connections.map(({ attributes, events, failed }) => [attributes['error.type'], events, failed])).toEqual([
      ['engine_lost', ['opened'], true],
      ['engine_busy', [], true],
      [undefined, ['opened'], false],
    ]);
    const segments = children.filter(({ name }) => name === 'segment');
    expect(segments.map(({ attributes }) => Number(attributes['live_transcribe.segment']))).toEqual([0, 1, 2]);
    expect(segments.map(({ failed }) => failed)).toEqual([false, true, false]);
    for (const { start: from, end: to, events } of segments) {
      expect(events).toContain('spoken');
      expect(from).toBeGreaterThanOrEqual(before - 1);
      expect(to).toBeGreaterThanOrEqual(from);
      expect(to).toBeLessThanOrEqual((session?.end ?? 0) + 1);
    }
    expect(receiver.resources[0]).toMatchObject({ 'service.name': 'live-transcribe', 'service.version': '1.2.3' });
    // Nothing of what was said.
    for (const final of client.all('final')) expect(receiver.bodies.join('')).not.toContain(String(final));
  });

  it('go on where a client has begun, with the headers and the name that are configured', async () => {
    const { receiver, gateway, stop } = await start({
      OTEL_EXPORTER_OTLP_HEADERS: 'authorization=Bearer%20secret,x-team=speech',
      OTEL_SERVICE_NAME: 'speech',
      OTEL_TRACES_SAMPLER_ARG: '0',
    });
    const traceId = 'af7651916cd43dd8448eb211c80319c0';
    const parent = 'b7ad6b7169203331';
    await say(gateway.port, 1_600, { traceparent: `00-${traceId}-${parent}-01` });
    // Of these nobody wants to know: the part that is traced is 0.
    await say(gateway.port, 1_600);
    await say(gateway.port, 1_600, { traceparent: '00-nonsense-01' });
    await stop();
    expect(receiver.spans.filter(({ name }) => name === 'session')).toMatchObject([{ traceId, parentSpanId: parent }]);
    expect(new Set(receiver.spans.map((span) => span.traceId))).toEqual(new Set([traceId]));
    expect(receiver.headers[0]).toMatchObject({ authorization: 'Bearer secret', 'x-team': 'speech' });
    expect(receiver.resources[0]).toMatchObject({ 'service.name': 'speech' });
  });

  it('that nobody receives hold nobody up, and are told of once', async () => {
    const lines: string[] = [];
    const log = pino({ level: 'info' }, { write: (line: string) => void lines.push(line) });
    const { receiver, gateway, stop } = await start({}, { log });
    receiver.status = 400;
    await say(gateway.port, 1_600);
    await say(gateway.port, 1_600);
    await stop();
    expect(lines.filter((line) => line.includes('traces are not received'))).toHaveLength(1);
    // Whoever reads the log finds the trace.
    expect(lines.filter((line) => line.includes('session ended') && /"trace":"[0-9a-f]{32}"/.test(line))).toHaveLength(
      2,
    );
  });

  it('stop the server, though their receiver does not answer', { timeout: 20_000 }, async () => {
    const { stop, gateway } = await start({ OTEL_EXPORTER_OTLP_ENDPOINT: 'http://192.0.2.1:4318' });
    await say(gateway.port, 1_600);
    await stop();
  });
});

describe('the library for traces', { timeout: 60_000 }, () => {
  /** What the built server has imported of it by the time it listens. */
  async function imported(environment: Record<string, string>): Promise<boolean> {
    const cwd = mkdtempSync(join(tmpdir(), 'live-transcribe-'));
    closing.push(() => rmSync(cwd, { recursive: true, force: true }));
    const main = fileURLToPath(new URL('../dist/main.js', import.meta.url));
    const hook = fileURLToPath(new URL('./support/tell-imports.mjs', import.meta.url));
    const child = spawn(process.execPath, ['--import', hook, main], {
      cwd,
      env: { PORT: '0', ENGINE: 'openai', ...environment },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    closing.push(() => void child.kill('SIGKILL'));
    let output = '';
    const take = (data: Buffer) => {
      output += data.toString();
    };
    child.stderr.on('data', take);
    await new Promise<void>((resolve) =>
      child.stdout.on('data', (data: Buffer) => {
        take(data);
        if (output.includes('listening')) resolve();
      }),
    );
    child.kill('SIGTERM');
    await once(child, 'close');
    // The test would see it: what is loaded always is told too.
    expect(output).toContain('imported fastify');
    return output.includes('imported @opentelemetry/sdk-trace');
  }

  it('is loaded only where a receiver is configured', async () => {
    expect(await imported({})).toBe(false);
    expect(await imported({ OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:9' })).toBe(true);
  });
});
