import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { ClientSecretCreateResponse } from 'openai/resources/realtime/client-secrets';
import { WebSocketServer } from 'ws';
import { type ApiFault, errorBody, invalidRequest } from './api-fault.ts';
import { betaHeader, credentialOf, expiredSecret, noCredential, wrongKey } from './authorization.ts';
import { ClientSecrets, parseJson } from './client-secrets.ts';
import { SimulatedConnection } from './connection.ts';
import { Deferred } from './deferred.ts';
import { type SimulatedDialect, type SimulatedDialectName, simulatedDialects } from './dialects.ts';
import { Faults, type HttpAnswer, type SimulatorFault } from './faults.ts';
import { readBody } from './read-body.ts';
import type { Script } from './script.ts';
import { defaultSettings, type SessionSettings } from './session-in-force.ts';
import {
  answerTranscription,
  asRefusal,
  readTranscriptionRequest,
  type TranscriptionRequest,
  type TranscriptionScript,
} from './transcriptions.ts';

export interface SimulatorOptions {
  /** Any free one when absent. */
  readonly port?: number;
  /** The only API key that is right; any is when absent. */
  readonly apiKey?: string | undefined;
  readonly script?: Script;
  /** What files say. */
  readonly transcriptions?: TranscriptionScript;
  /** Which server of the protocol is played; OpenAI's own when absent. */
  readonly dialect?: SimulatedDialectName;
  readonly faults?: readonly SimulatorFault[];
  /** The only models that exist; any does when absent. */
  readonly models?: readonly string[];
  /** How long a session may last, as it says of itself; 3600 s when absent. Nothing ends it but the fault `expire_session`. */
  readonly sessionSeconds?: number;
  /** Of each connection, at most; ten minutes when absent. */
  readonly recordSamples?: number;
  /** Of each connection and direction, about; 5,000 when absent. */
  readonly recordEvents?: number;
}

/** One request for a client secret; `response` is absent where it was refused. */
export interface SecretRequest {
  readonly request: unknown;
  readonly response?: ClientSecretCreateResponse;
}

/** A stand-in for OpenAI's Realtime transcription API. Its texts are scripted: it recognises nothing. */
export interface Simulator {
  /** For `OPENAI_BASE_URL`: `http://127.0.0.1:port/v1`, or as the dialect has it. */
  readonly baseUrl: string;
  /** By index; the oldest closed ones are forgotten beyond a thousand. */
  readonly connections: ReadonlyMap<number, SimulatedConnection>;
  /** The newest thousand. */
  readonly secretRequests: readonly SecretRequest[];
  /** The newest thousand that were understood; without their samples beyond the newest ten. */
  readonly transcriptionRequests: readonly TranscriptionRequest[];
  /** The connection with this index, from 0, as soon as it is open; rejects when the simulator closes before that. */
  connection(index: number): Promise<SimulatedConnection>;
  addFault(fault: SimulatorFault): void;
  /** Resolves when a fault of this kind has happened for the first time. */
  happened(kind: SimulatorFault['kind']): Promise<void>;
  /** Drops every connection and resolves when the port is free. */
  close(): Promise<void>;
}

const defaults = { port: 0, sessionSeconds: 3_600, recordSamples: 600 * 24_000, recordEvents: 5_000 };
const keptConnections = 1_000;
const keptRequests = 1_000;
const keptFiles = 10;
/** The largest append event, with room for its envelope. */
const maxPayload = 16 * 1024 * 1024;

/** Listens on 127.0.0.1. Throws when the port is taken. */
export async function startSimulator(options: SimulatorOptions = {}): Promise<Simulator> {
  const running = new RunningSimulator({ ...defaults, ...options });
  await running.listen();
  return running;
}

class RunningSimulator implements Simulator {
  readonly #options: SimulatorOptions & typeof defaults;
  readonly #http = createServer((request, response) => void this.#request(request, response));
  readonly #sockets = new WebSocketServer({
    noServer: true,
    perMessageDeflate: false,
    autoPong: false,
    maxPayload,
    handleProtocols: (offered) => (offered.has('realtime') ? 'realtime' : false),
  });
  /** All there are: the HTTP server forgets those that were upgraded, or left without an answer. */
  readonly #tcp = new Set<Socket>();
  readonly #dialect: SimulatedDialect;
  readonly #faults: Faults;
  readonly #secrets: ClientSecrets;
  readonly #open = new Map<number, SimulatedConnection>();
  readonly #awaited = new Map<number, Deferred<SimulatedConnection>>();
  #requests: SecretRequest[] = [];
  #files: TranscriptionRequest[] = [];
  #connected = 0;

  constructor(options: SimulatorOptions & typeof defaults) {
    this.#options = options;
    this.#dialect = simulatedDialects[options.dialect ?? 'openai'];
    this.#faults = new Faults(options.faults ?? []);
    this.#secrets = new ClientSecrets(options.models);
    this.#http.on('connection', (socket) => {
      this.#tcp.add(socket);
      socket.once('close', () => this.#tcp.delete(socket));
    });
    this.#http.on('upgrade', (request, socket, head) => this.#upgrade(request, socket, head));
  }

  listen(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#http.once('error', reject);
      this.#http.listen(this.#options.port, '127.0.0.1', () => {
        this.#http.off('error', reject);
        resolve();
      });
    });
  }

  get baseUrl(): string {
    const { port } = this.#http.address() as AddressInfo;
    return `http://127.0.0.1:${port}${this.#dialect.root}`;
  }

  get connections(): ReadonlyMap<number, SimulatedConnection> {
    return this.#open;
  }

  get secretRequests(): readonly SecretRequest[] {
    return this.#requests;
  }

  get transcriptionRequests(): readonly TranscriptionRequest[] {
    return this.#files;
  }

  async connection(index: number): Promise<SimulatedConnection> {
    const open = this.#open.get(index);
    if (open) return open;
    const awaited = this.#awaited.get(index) ?? new Deferred<SimulatedConnection>();
    this.#awaited.set(index, awaited);
    return awaited.promise;
  }

  addFault(fault: SimulatorFault): void {
    this.#faults.add(fault);
  }

  happened(kind: SimulatorFault['kind']): Promise<void> {
    return this.#faults.happened(kind);
  }

  async close(): Promise<void> {
    for (const { reject } of this.#awaited.values()) reject(new Error('The simulator was closed before that.'));
    for (const connection of this.#open.values()) connection.terminate();
    const closed = new Promise<void>((resolve) => this.#http.close(() => resolve()));
    for (const socket of this.#tcp) socket.destroy();
    await closed;
  }

  async #request(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname } = new URL(request.url ?? '/', 'http://simulator');
    const { clientSecrets, transcriptions, models } = this.#dialect;
    if (pathname === models && request.method === 'GET') return this.#list(request, response);
    const isFile = transcriptions.test(pathname);
    if ((pathname !== clientSecrets && !isFile) || request.method !== 'POST') {
      return answer(
        response,
        asAnswer(404, invalidRequest('not_found', `Unknown request: ${request.method} ${pathname}.`)),
      );
    }
    const body = await readBody(request);
    if (body === undefined) return answer(response, asAnswer(413, invalidRequest(null, 'The request is too large.')));
    if (this.#faults.take(isFile ? 'stall_transcription' : 'stall_secret', this.#connected)) return;
    const refusal = this.#faults.take(isFile ? 'refuse_transcription' : 'refuse_secret', this.#connected);
    answer(
      response,
      refusal ?? (isFile ? await this.#transcribe(request, body) : this.#mint(request, body.toString())),
    );
  }

  #list(request: IncomingMessage, response: ServerResponse): void {
    if (this.#faults.take('stall_models', this.#connected)) return;
    const refusal = this.#faults.take('refuse_models', this.#connected);
    const fault = this.#keyFault(request);
    const data = (this.#options.models ?? []).map((id) => ({ id, object: 'model' }));
    const list = { status: 200, body: JSON.stringify({ object: 'list', data }) };
    answer(response, refusal ?? (fault ? asAnswer(401, fault) : list));
  }

  async #transcribe(request: IncomingMessage, body: Buffer<ArrayBuffer>): Promise<HttpAnswer> {
    const fault = this.#keyFault(request);
    if (fault) return asAnswer(401, fault);
    const asked = await readTranscriptionRequest(body, request.headers['content-type'] ?? '', this.#dialect.wordsModel);
    if ('fault' in asked) return asRefusal(asked.fault);
    const older = this.#files.at(-keptFiles);
    if (older) this.#files[this.#files.length - keptFiles] = { ...older, samples: new Int16Array(0) };
    this.#files = [...this.#files, asked].slice(-keptRequests);
    return answerTranscription(asked, this.#options.transcriptions);
  }

  #mint(request: IncomingMessage, body: string): HttpAnswer {
    const fault = this.#keyFault(request);
    if (fault) return asAnswer(401, fault);
    const minted = this.#secrets.mint(body, this.#faults.take('expired_secret', this.#connected) !== undefined);
    const refused = 'fault' in minted;
    this.#requests.push({ request: parseJson(body), ...(!refused && { response: minted }) });
    this.#requests = this.#requests.slice(-keptRequests);
    return refused ? asAnswer(400, minted.fault) : { status: 200, body: JSON.stringify(minted) };
  }

  #keyFault(request: IncomingMessage): ApiFault | undefined {
    const { apiKey } = this.#options;
    const { keyIn, needsKey } = this.#dialect;
    const credential = credentialOf(request, keyIn);
    if (!credential || credential.kind === 'subprotocol') {
      return needsKey || apiKey !== undefined ? noCredential : undefined;
    }
    return apiKey === undefined || credential.value === apiKey ? undefined : wrongKey(credential.value);
  }

  #upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    socket.on('error', () => socket.destroy());
    if (this.#faults.take('stall_upgrade', this.#connected)) return;
    const refusal = this.#faults.take('refuse_upgrade', this.#connected);
    const settings = refusal ?? this.#admit(request);
    if ('status' in settings) return refuseUpgrade(socket, settings);
    const { keyIn, shape } = this.#dialect;
    const auth = credentialOf(request, keyIn)?.kind ?? 'none';
    this.#sockets.handleUpgrade(request, socket, head, (webSocket) => {
      if (request.headers['openai-beta'] !== undefined) {
        webSocket.send(JSON.stringify({ type: 'error', event_id: 'event_0', error: betaHeader }));
        return webSocket.close(4_000, `${betaHeader.type}.${betaHeader.code}`);
      }
      const { script, models, sessionSeconds, recordSamples, recordEvents } = this.#options;
      const index = this.#connected;
      this.#connected += 1;
      const rest = { shape, script, models, sessionSeconds, recordSamples, recordEvents, faults: this.#faults };
      this.#add(new SimulatedConnection(webSocket, { index, auth, settings, ...rest }));
    });
  }

  /** The settings a connection begins with, or why there is none. */
  #admit(request: IncomingMessage): SessionSettings | HttpAnswer {
    const url = new URL(request.url ?? '/', 'http://simulator');
    const { realtime, keyIn, needsKey, demands } = this.#dialect;
    const { apiKey } = this.#options;
    if (url.pathname !== realtime) return asAnswer(404, invalidRequest('not_found', 'Unknown request.'));
    const credential = credentialOf(request, keyIn);
    if (!credential && (needsKey || apiKey !== undefined)) return asAnswer(401, noCredential);
    const redeemed = credential && this.#secrets.redeem(credential.value);
    if (redeemed === 'expired') return asAnswer(401, expiredSecret);
    const isKey = !credential?.value.startsWith('ek_') && [undefined, credential?.value].includes(apiKey);
    if (credential && !redeemed && !isKey) return asAnswer(401, wrongKey(credential.value));
    const absent = demands.find((name) => !url.searchParams.get(name));
    if (absent !== undefined)
      return asAnswer(400, invalidRequest('missing_parameter', `No '${absent}' in the address.`));
    if (url.searchParams.get('intent') !== 'transcription') {
      return asAnswer(400, invalidRequest('missing_model', "Only '?intent=transcription' is simulated."));
    }
    return redeemed ?? defaultSettings;
  }

  #add(connection: SimulatedConnection): void {
    this.#open.set(connection.index, connection);
    if (this.#open.size > keptConnections) this.#open.delete(connection.index - keptConnections);
    this.#awaited.get(connection.index)?.resolve(connection);
    this.#awaited.delete(connection.index);
  }
}

const asAnswer = (status: number, fault: ApiFault): HttpAnswer => ({ status, body: errorBody(fault) });

function answer(response: ServerResponse, { status, body, headers }: HttpAnswer): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(body);
}

function refuseUpgrade(socket: Duplex, { status, body, headers }: HttpAnswer): void {
  const all = {
    'content-type': 'application/json',
    ...headers,
    'content-length': String(Buffer.byteLength(body)),
    connection: 'close',
  };
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`);
  socket.end(`HTTP/1.1 ${status} Refused\r\n${lines.join('')}\r\n${body}`);
}
