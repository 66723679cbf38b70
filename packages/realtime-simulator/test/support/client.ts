import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { msToSamples } from '@live-transcribe/audio';
import type { RealtimeServerEvent } from 'openai/resources/realtime/realtime';
import { afterEach } from 'vitest';
import { WebSocket } from 'ws';
import { type Simulator, type SimulatorOptions, startSimulator } from '../../src/index.ts';
import { expectSentAsInSchema } from './schema.ts';

const running: Simulator[] = [];

/** Ends with the test, which holds all it sent to OpenAI's schema. */
export async function simulate(options: SimulatorOptions = {}): Promise<Simulator> {
  const simulator = await startSimulator(options);
  running.push(simulator);
  return simulator;
}

afterEach(async () => {
  for (const simulator of running.splice(0)) {
    await simulator.close();
    for (const connection of simulator.connections.values()) expectSentAsInSchema(connection);
  }
});

export interface Dialling {
  readonly headers?: Record<string, string>;
  readonly protocols?: readonly string[];
  readonly query?: string;
}

const dial = (simulator: Simulator, { headers, protocols = [], query = '?intent=transcription' }: Dialling) =>
  new WebSocket(`${simulator.baseUrl.replace('http', 'ws')}/realtime${query}`, [...protocols], {
    headers: headers ?? {},
  });

export const bearer = (key: string) => ({ headers: { authorization: `Bearer ${key}` } });

/** What the service answers instead of a socket. */
export async function refusal(simulator: Simulator, dialling: Dialling): Promise<{ status: number; body: unknown }> {
  const socket = dial(simulator, dialling);
  socket.on('error', () => undefined);
  const [, response]: [unknown, IncomingMessage] = await once(socket, 'unexpected-response').then(([a, b]) => [a, b]);
  const parts: Buffer[] = [];
  for await (const part of response) parts.push(part);
  socket.terminate();
  return { status: response.statusCode ?? 0, body: JSON.parse(Buffer.concat(parts).toString()) };
}

/** A client that says whatever a test wants, and reads the answers one by one. */
export class Client {
  readonly socket: WebSocket;
  #messages: string[] = [];
  #wake: () => void = () => undefined;

  private constructor(socket: WebSocket) {
    this.socket = socket;
    socket.on('message', (data) => {
      this.#messages.push(Buffer.isBuffer(data) ? data.toString() : '');
      this.#wake();
    });
  }

  static async open(simulator: Simulator, dialling: Dialling = bearer('sk-any')): Promise<Client> {
    const client = new Client(dial(simulator, dialling));
    await once(client.socket, 'open');
    return client;
  }

  async nextText(): Promise<string> {
    for (;;) {
      const text = this.#messages.shift();
      if (text !== undefined) return text;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  async next(): Promise<RealtimeServerEvent> {
    return JSON.parse(await this.nextText());
  }

  /** Reads up to the next event of this type, and answers all that was read. */
  async until(type: RealtimeServerEvent['type']): Promise<RealtimeServerEvent[]> {
    const read: RealtimeServerEvent[] = [];
    do read.push(await this.next());
    while (read.at(-1)?.type !== type);
    return read;
  }

  say(event: unknown): void {
    this.socket.send(typeof event === 'string' ? event : JSON.stringify(event));
  }

  update(input: unknown, rest: object = {}): void {
    this.say({ type: 'session.update', session: { type: 'transcription', audio: { input } }, ...rest });
  }

  append(samples: Int16Array): void {
    const audio = Buffer.from(samples.buffer, samples.byteOffset, samples.byteLength).toString('base64');
    this.say({ type: 'input_audio_buffer.append', audio });
  }
}

const rate = 24_000;

export const tone = (ms: number, amplitude = 8_000): Int16Array =>
  Int16Array.from({ length: msToSamples(ms, rate) }, (_, index) =>
    Math.round(amplitude * Math.sin((2 * Math.PI * 300 * index) / rate)),
  );

export const silence = (ms: number): Int16Array => new Int16Array(msToSamples(ms, rate));
