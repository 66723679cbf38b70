import type { IncomingMessage, Server } from 'node:http';
import type { Duplex } from 'node:stream';
import type { OpenAac } from '@live-transcribe/audio';
import {
  asTranscribeError,
  type ClientProtocol,
  type Clock,
  type Engine,
  type SessionStore,
  TranscribeError,
  withTimeLimit,
} from '@live-transcribe/core';
import { WebSocketServer, type Server as WebSocketServerOf } from 'ws';
import type { Access } from './auth/access.ts';
import { chooseProtocol, credentialOf } from './auth/credential.ts';
import type { Door } from './auth/door.ts';
import type { SessionOwners } from './auth/session-owner.ts';
import { ClientSocket, ExplainingWebSocket } from './client-socket.ts';
import type { Config } from './config/settings.ts';
import { converse } from './conversation.ts';
import type { Admissions } from './limits/admissions.ts';
import { Places } from './limits/places.ts';
import { Slowness } from './limits/slowness.ts';
import type { LiveSessions } from './live/live-sessions.ts';
import type { Log } from './observe/log.ts';
import type { Metrics } from './observe/metrics.ts';
import type { Rings } from './observe/rings.ts';
import type { ClientOrigin } from './observe/session-observation.ts';

export type SocketLimits = Pick<
  Config,
  | 'maxMessageBytes'
  | 'maxConnectionsPerAddress'
  | 'slowReaderSeconds'
  | 'slowSenderSeconds'
  | 'maxAudioRate'
  | 'maxSessionMinutes'
  | 'startSeconds'
>;

interface Client {
  readonly client: ClientSocket;
  readonly origin: ClientOrigin;
  readonly slowness: Slowness;
}

export interface SocketsOptions {
  readonly protocols: readonly ClientProtocol[];
  readonly engine: Engine;
  readonly lives: LiveSessions;
  readonly store: Pick<SessionStore, 'read'>;
  readonly clock: Clock;
  readonly log: Log;
  readonly rings: Rings;
  readonly metrics: Metrics;
  readonly openAac: OpenAac;
  readonly access: Access;
  readonly door: Door;
  readonly owners: SessionOwners;
  readonly admissions: Admissions;
  readonly limits: SocketLimits;
  /** How often clients are asked for a sign of life, in ms; one that gives none until the next time has vanished. */
  readonly heartbeatMs: number;
  /** A client that sends no message for so long, in ms, is let go. */
  readonly idleMs: number;
}

/** All client sockets of one HTTP server. */
export class Sockets {
  readonly #options: SocketsOptions;
  readonly #server: WebSocketServerOf<typeof ExplainingWebSocket>;
  readonly #clients = new Map<ExplainingWebSocket, Client>();
  readonly #places: Places;
  /** One for each protocol: a logger of its own for each connection takes memory of each. */
  readonly #logs: ReadonlyMap<ClientProtocol, Log>;
  /** Those who have answered since the last heartbeat. */
  readonly #alive = new WeakSet<ExplainingWebSocket>();
  readonly #conversations = new Set<Promise<void>>();
  readonly #heartbeat: NodeJS.Timeout;
  #draining: TranscribeError | undefined;

  constructor(http: Server, options: SocketsOptions) {
    this.#options = options;
    this.#logs = new Map(
      options.protocols.map((protocol) => [protocol, options.log.child({ protocol: protocol.path })]),
    );
    this.#places = new Places(options.limits.maxConnectionsPerAddress);
    this.#server = new WebSocketServer({
      noServer: true,
      WebSocket: ExplainingWebSocket,
      maxPayload: options.limits.maxMessageBytes,
      // Audio does not compress, and text is short: deflate would cost ten times the relay itself.
      perMessageDeflate: false,
      clientTracking: false,
      handleProtocols: chooseProtocol,
    });
    http.on('upgrade', (request, socket, head) => this.#upgrade(request, socket, head));
    this.#heartbeat = setInterval(() => this.#beat(), options.heartbeatMs);
    this.#heartbeat.unref();
  }

  /** Why no more clients are taken, from when on that is so. */
  get stopping(): string | undefined {
    return this.#draining?.message;
  }

  /** Open connections, by the path of their protocol. */
  get open(): ReadonlyMap<string, number> {
    const open = new Map(this.#options.protocols.map(({ path }) => [path, 0]));
    for (const { origin } of this.#clients.values()) open.set(origin.protocol, (open.get(origin.protocol) ?? 0) + 1);
    return open;
  }

  /** Takes no more audio, lets what was said be finalised and kept, and after `withinMs` ends what is left. */
  async drain(withinMs: number): Promise<void> {
    const { lives, clock } = this.#options;
    const reason = new TranscribeError('shutting_down', 'The server is stopping. Please connect again in a moment.');
    this.#draining = reason;
    clearInterval(this.#heartbeat);
    for (const { client } of this.#clients.values()) client.endWith(reason);
    const onLate = () => {
      lives.end(reason);
      for (const socket of this.#clients.keys()) socket.terminate();
    };
    await withTimeLimit({ ms: withinMs, clock, onLate }, () => Promise.all([...this.#conversations, lives.drain()]));
  }

  #upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    // What a client sends as its path may be no URL at all.
    const url = URL.canParse(request.url ?? '', 'http://any') ? new URL(request.url ?? '', 'http://any') : undefined;
    const protocol = this.#options.protocols.find(({ path }) => path === url?.pathname);
    if (!url || !protocol) return refuse(socket, '404 Not Found', { error: this.#expected() });
    const fault = this.#draining ?? this.#objection(request);
    const { network, isLoopback } = this.#options.door.addressOf(request);
    const origin = { protocol: protocol.path, client: network };
    if (fault) {
      this.#options.metrics.refuse(fault, origin);
      return refuse(socket, refusals[fault.code] ?? '503 Service Unavailable', asAnswer(fault));
    }
    const leave = isLoopback ? () => undefined : this.#places.take(network);
    if (!leave) {
      this.#options.metrics.refuse(tooMany, origin);
      return refuse(socket, refusals.too_many_sessions, asAnswer(tooMany));
    }
    socket.once('close', leave);
    this.#server.handleUpgrade(request, socket, head, (client) => this.#welcome(client, protocol, url, request));
  }

  /** What speaks against a client before it is known who it is. */
  #objection(request: IncomingMessage): TranscribeError | undefined {
    const { door } = this.#options;
    try {
      door.checkHost(request);
      door.checkOrigin(request);
      return undefined;
    } catch (thrown) {
      return asTranscribeError(thrown);
    }
  }

  #expected(): string {
    return `WebSockets are at ${this.#options.protocols.map(({ path }) => path).join(' and ')}.`;
  }

  #welcome(socket: ExplainingWebSocket, protocol: ClientProtocol, url: URL, request: IncomingMessage): void {
    const { engine, lives, store, clock, log, rings, metrics, openAac, access, door, owners, admissions, limits } =
      this.#options;
    const codec = protocol.codec(url.searchParams);
    socket.maxMessageBytes = limits.maxMessageBytes;
    const client = new ClientSocket(socket, (code, message) => codec.encodeFault({ code, message }));
    const credential = credentialOf(request.headers, url.searchParams);
    const address = door.addressOf(request);
    const origin = {
      protocol: protocol.path,
      client: address.network,
      traceparent: oneOf(request.headers['traceparent']),
    };
    this.#clients.set(socket, { client, origin, slowness: new Slowness(client, request.socket) });
    this.#alive.add(socket);
    socket.on('pong', () => this.#alive.add(socket));
    socket.on('close', () => this.#clients.delete(socket));
    const conversation = converse({
      socket: client,
      codec,
      engine,
      lives,
      store,
      clock,
      rings,
      metrics,
      origin,
      openAac,
      owners,
      admissions,
      address,
      limits,
      // A browser's page can read the reason when the socket is open, and not before.
      identify: () => access.identify(credential),
      log: this.#logs.get(protocol) ?? log,
    }).catch((thrown: unknown) => {
      log.error({ err: thrown }, 'a conversation failed');
      socket.terminate();
    });
    this.#conversations.add(conversation);
    void conversation.then(() => this.#conversations.delete(conversation));
  }

  #beat(): void {
    const now = performance.now();
    const { idleMs, limits } = this.#options;
    for (const [socket, { client, slowness }] of this.#clients) {
      if (!this.#alive.delete(socket)) socket.terminate();
      else {
        socket.ping();
        const reason = slowness.look(now, { ...limits, idleMs });
        if (reason) client.dismiss(reason);
      }
    }
  }
}

const refusals = { forbidden: '403 Forbidden', too_many_sessions: '429 Too Many Requests' } as Readonly<
  Record<string, string>
> & { readonly too_many_sessions: string };
const tooMany = new TranscribeError('too_many_sessions', 'Too many sockets are open from your address.');
const asAnswer = ({ message, code }: TranscribeError) => ({ error: message, code });

function refuse(socket: Duplex, status: string, answer: { readonly error: string; readonly code?: string }): void {
  const body = JSON.stringify(answer);
  const headers = ['Content-Type: application/json', `Content-Length: ${Buffer.byteLength(body)}`, 'Connection: close'];
  socket.on('error', () => undefined);
  // Whoever does not close their side is not waited for.
  socket.once('finish', () => socket.destroy());
  socket.end(`HTTP/1.1 ${status}\r\n${headers.join('\r\n')}\r\n\r\n${body}`);
}

const oneOf = (header: string | string[] | undefined): string | undefined =>
  Array.isArray(header) ? header[0] : header;
