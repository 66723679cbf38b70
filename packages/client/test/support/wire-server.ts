import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type WebSocket, WebSocketServer } from 'ws';
import { type Counting, countingOf, WireSession, type WireStart } from './wire-session.ts';

export interface Behaviour {
  /** What a start is answered with instead of a session. */
  readonly refuse?: (start: WireStart, token: string | undefined) => { code: string; close: number } | undefined;
  readonly resumable?: boolean;
  /** Seconds. */
  readonly heartbeat?: number;
  /** Called with each message of audio that was taken in. */
  readonly heard?: (session: WireSession, socket: WebSocket) => void;
}

/**
 * A server after docs/protocols.md, "Coming back to a session", over real sockets. What it remembers outlives its
 * restarts, as a store does.
 */
export class WireServer {
  readonly sessions = new Map<string, WireSession>();
  /** The first messages, in the order of their coming. */
  readonly starts: WireStart[] = [];
  readonly tokens: (string | undefined)[] = [];
  /** Other text messages. */
  readonly actions: unknown[] = [];
  /** Codes of the closes by clients. */
  readonly closes: number[] = [];
  behaviour: Behaviour;
  readonly #http = createServer();
  #sockets = new WebSocketServer({ noServer: true });
  readonly #attached = new Map<string, WebSocket>();
  #port = 0;

  constructor(behaviour: Behaviour = {}) {
    this.behaviour = behaviour;
  }

  async listen(): Promise<this> {
    this.#http.on('upgrade', (request, socket, head) => {
      const offered = request.headers['sec-websocket-protocol']?.split(',').map((name) => name.trim());
      const token = offered?.find((name) => name.startsWith('token.'))?.slice('token.'.length);
      this.tokens.push(token);
      this.#sockets.handleUpgrade(request, socket, head, (client) => this.#converse(client, token));
    });
    await this.#listen(0);
    return this;
  }

  get url(): string {
    return `http://127.0.0.1:${this.#port}/v1/transcriptions`;
  }

  get clients(): WebSocket[] {
    return [...this.#sockets.clients];
  }

  get session(): WireSession {
    const [session] = this.sessions.values();
    if (session === undefined) throw new Error('No session has begun.');
    return session;
  }

  /** Breaks every connection, as a cable that is pulled. */
  cut(): void {
    for (const client of this.#sockets.clients) client.terminate();
  }

  /** Not to be reached, until `restart`. */
  async stop(): Promise<void> {
    this.cut();
    this.#http.closeAllConnections();
    await new Promise((resolve) => this.#http.close(resolve));
  }

  async restart(): Promise<void> {
    this.#sockets = new WebSocketServer({ noServer: true });
    await this.#listen(this.#port);
  }

  async #listen(port: number): Promise<void> {
    this.#http.listen(port, '127.0.0.1');
    await once(this.#http, 'listening');
    this.#port = (this.#http.address() as AddressInfo).port;
  }

  #converse(client: WebSocket, token: string | undefined): void {
    const say = (message: object) => client.send(JSON.stringify(message));
    let session: WireSession | undefined;
    let counting: Counting | undefined;
    let at = 0;
    client.on('error', () => undefined);
    client.on('close', (code) => this.closes.push(code));
    client.on('message', (data: Buffer, binary) => {
      if (session === undefined || counting === undefined) {
        const start: WireStart = JSON.parse(data.toString());
        this.starts.push(start);
        session = this.#begin(start, token, client, say);
        counting = countingOf(start);
        at = Math.round((start.resume?.from ?? 0) * counting.perSecond);
        return;
      }
      if (session.ended) return;
      if (binary) {
        const units = counting.units(data);
        for (const message of session.hear(at, units)) say(message);
        at += units.length;
        this.behaviour.heard?.(session, client);
        return;
      }
      const message: { action?: string } = JSON.parse(data.toString());
      this.actions.push(message);
      if (message.action === 'commit') for (const said of session.commit()) say(said);
      if (message.action === 'stop') {
        for (const said of session.end()) say(said);
        client.close(1000);
      }
    });
  }

  #begin(start: WireStart, token: string | undefined, client: WebSocket, say: (message: object) => void) {
    const refusal = this.behaviour.refuse?.(start, token);
    if (refusal) {
      say({ error: 'It says no.', code: refusal.code });
      client.close(refusal.close);
      return undefined;
    }
    const { resumable = true, heartbeat } = this.behaviour;
    const promises = resumable && { resumable_s: 60, ...(heartbeat && { heartbeat_s: heartbeat }) };
    const { resume } = start;
    if (resume === undefined) {
      const session = new WireSession(start);
      this.sessions.set(session.id, session);
      this.#attached.set(session.id, client);
      say({ session_id: session.id, engine: 'wire', model: 'm', language: 'en', ...promises });
      return session;
    }
    const session = this.sessions.get(resume.session_id);
    if (session === undefined) {
      say({ error: 'There is no session with this id.', code: 'session_unknown' });
      client.close(1008);
      return undefined;
    }
    const older = this.#attached.get(session.id);
    if (older && older !== client) {
      older.send(JSON.stringify({ error: 'Another connection has resumed this session.', code: 'session_moved' }));
      older.close(1008);
    }
    this.#attached.set(session.id, client);
    say({ session_id: session.id, resumed: true, received: session.received, ...promises });
    for (const { seq, message } of session.log) if (seq > resume.after) say(message);
    if (session.ended) client.close(1000);
    return session;
  }
}
