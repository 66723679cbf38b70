import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join } from 'node:path';
import { type WebSocket, WebSocketServer } from 'ws';
import { FakeClient } from './fake-client.ts';
import { FakeHistory } from './fake-history.ts';
import { FakeWatcher } from './fake-watcher.ts';

/** What a strict server would send along: the page must live with it. `blob:` is for playing a file that was dropped on it. */
export const strictPolicy =
  "default-src 'self'; media-src 'self' blob:; object-src 'none'; base-uri 'none'; form-action 'none'";
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

/** Serves the built page and speaks the gateway's wire contract as a test tells it to. */
export class FakeGateway {
  config = { ...described };
  readiness: { status: number; body: object } = { status: 200, body: { status: 'ok' } };
  policy = strictPolicy;
  /** Whether sockets are turned away before they open. */
  refuses = false;
  readonly history = new FakeHistory();
  /** By the path of the ring. */
  rings: Readonly<Record<string, readonly object[]>> = {};
  /** What was asked for with which token. */
  readonly tokens: (string | undefined)[] = [];
  readonly #http = createServer((request, response) => void this.#answer(request, response));
  readonly #sockets = new WebSocketServer({
    server: this.#http,
    path: '/v1/transcriptions',
    verifyClient: () => !this.refuses,
  });
  readonly #folder: string;
  #watched: (watcher: FakeWatcher) => void = () => undefined;

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

  /** The next one to follow a session. */
  watcher(): Promise<FakeWatcher> {
    return new Promise((resolve) => {
      this.#watched = resolve;
    });
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets.clients) socket.terminate();
    this.#sockets.close();
    this.#http.closeAllConnections();
    await new Promise((resolve) => this.#http.close(resolve));
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', 'http://any');
    const { pathname } = url;
    if (pathname === '/') return json(response, 200, { status: 'ok', model_name: this.config.model });
    if (pathname === '/config') return json(response, 200, this.config);
    if (pathname === '/readyz') return json(response, this.readiness.status, this.readiness.body);
    if (pathname.startsWith('/debug/')) return json(response, 200, { items: this.rings[pathname.slice(7)] ?? [] });
    if (pathname.startsWith('/v1/sessions')) {
      this.tokens.push(request.headers.authorization);
      const [, id] = /^\/v1\/sessions\/([^/]+)\/events$/.exec(pathname) ?? [];
      if (id !== undefined && this.history.has(id)) return this.#watched(new FakeWatcher(request, response));
      const { status, body } = this.history.answer(request.method ?? 'GET', url);
      return json(response, status, body);
    }
    return this.#file(pathname, response);
  }

  async #file(pathname: string, response: ServerResponse): Promise<void> {
    try {
      const content = await readFile(join(this.#folder, pathname.replace(/^\/static/, '')));
      const type = types[extname(pathname)] ?? 'application/octet-stream';
      response.writeHead(200, { 'content-type': type, 'content-security-policy': this.policy }).end(content);
    } catch {
      response.writeHead(404).end();
    }
  }
}

function json(response: ServerResponse, status: number, body: object | undefined): void {
  if (body === undefined) response.writeHead(status).end();
  else response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}
