import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join } from 'node:path';
import { type WebSocket, WebSocketServer } from 'ws';

/** What a strict server would send along: the page must live with it. */
const policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'";
const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
};

const described = {
  model: 'pocketsphinx-en-us',
  language: 'en',
  sample_rate: 16_000,
  engine: 'pocketsphinx',
  engine_reason: 'There is no OPENAI_API_KEY, so the embedded recogniser is used.',
  languages: ['en'] as string[] | 'any',
  caveat: 'This server uses its embedded recogniser: accuracy is basic. Add an OpenAI key for better results.' as
    | string
    | null,
  version: '0.1.0',
};

/** The server's end of one conversation, in the hands of a test. */
export class FakeClient {
  readonly socket: WebSocket;
  readonly closed: Promise<number>;
  readonly #texts: unknown[] = [];
  readonly #audio: Buffer[] = [];
  #wake: () => void = () => undefined;

  constructor(socket: WebSocket) {
    this.socket = socket;
    this.closed = once(socket, 'close').then(([code]) => Number(code));
    socket.on('message', (data: Buffer, isBinary) => {
      if (isBinary) this.#audio.push(data);
      else this.#texts.push(JSON.parse(data.toString()));
      this.#wake();
    });
  }

  /** All samples so far. */
  get samples(): Int16Array {
    const bytes = Uint8Array.from(Buffer.concat(this.#audio));
    return new Int16Array(bytes.buffer);
  }

  get sampleCount(): number {
    return this.#audio.reduce((bytes, chunk) => bytes + chunk.length, 0) / 2;
  }

  say(message: object): void {
    this.socket.send(JSON.stringify(message));
  }

  begin(): void {
    this.say({ session_id: 'a1', engine: 'pocketsphinx', model: 'pocketsphinx-en-us', language: 'en' });
  }

  partial(segment: number, text: string, start = segment * 3): void {
    this.say({ partial: text, segment, start, end: start + 2 });
  }

  final(segment: number, text: string, start = segment * 3): void {
    this.say({ final: text, segment, start, end: start + 2.5 });
  }

  /** The next text message. */
  async next(): Promise<unknown> {
    while (this.#texts.length === 0) await this.#change();
    return this.#texts.shift();
  }

  async hear(count: number): Promise<void> {
    while (this.sampleCount < count) await this.#change();
  }

  /** Answers the stop that must come next. */
  async end(): Promise<void> {
    const message = await this.next();
    if (JSON.stringify(message) !== '{"action":"stop"}') throw new Error(`No stop, but ${JSON.stringify(message)}`);
    this.say({ ended: true, duration: this.sampleCount / 24_000, segments: 0 });
    this.socket.close(1000);
  }

  #change(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve;
    });
  }
}

/** Serves the built page and speaks the gateway's wire contract as a test tells it to. */
export class FakeGateway {
  config = { ...described };
  readiness: { status: number; body: object } = { status: 200, body: { status: 'ok' } };
  readonly #http = createServer((request, response) => void this.#answer(request.url ?? '/', response));
  /** Whether sockets are turned away before they open. */
  refuses = false;
  readonly #sockets = new WebSocketServer({
    server: this.#http,
    path: '/v1/transcriptions',
    verifyClient: () => !this.refuses,
  });
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  async listen(): Promise<void> {
    this.#http.listen(0, '127.0.0.1');
    await once(this.#http, 'listening');
  }

  get port(): number {
    return (this.#http.address() as AddressInfo).port;
  }

  get pageUrl(): string {
    return `http://localhost:${this.port}/static/index.html`;
  }

  /** The next one to connect. */
  async client(): Promise<FakeClient> {
    const [socket]: WebSocket[] = await once(this.#sockets, 'connection');
    if (socket === undefined) throw new Error('No client came.');
    return new FakeClient(socket);
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets.clients) socket.terminate();
    this.#sockets.close();
    this.#http.closeAllConnections();
    await new Promise((resolve) => this.#http.close(resolve));
  }

  async #answer(url: string, response: ServerResponse): Promise<void> {
    const { pathname } = new URL(url, 'http://any');
    if (pathname === '/') return json(response, 200, { status: 'ok', model_name: this.config.model });
    if (pathname === '/config') return json(response, 200, this.config);
    if (pathname === '/readyz') return json(response, this.readiness.status, this.readiness.body);
    try {
      const content = await readFile(join(this.#folder, pathname.replace(/^\/static/, '')));
      const type = types[extname(pathname)] ?? 'application/octet-stream';
      response.writeHead(200, { 'content-type': type, 'content-security-policy': policy }).end(content);
    } catch {
      response.writeHead(404).end();
    }
  }
}

function json(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}
