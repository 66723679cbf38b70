import type { RealtimeServerEvent } from 'openai/resources/realtime/realtime';
import type { RawData, WebSocket } from 'ws';
import { type ApiFault, invalidRequest } from './api-fault.ts';
import type { Credential } from './authorization.ts';
import { fromBeta, toBeta } from './beta-shape.ts';
import { clientEvent } from './client-events.ts';
import { epochSeconds, parseJson } from './client-secrets.ts';
import { Conversation } from './conversation.ts';
import { Deferred } from './deferred.ts';
import type { SimulatedDialect } from './dialects.ts';
import type { FaultOf, Faults, Moment } from './faults.ts';
import { Recorded } from './recorded.ts';
import { Recording } from './recording.ts';
import type { Script } from './script.ts';
import type { SessionSettings } from './session-in-force.ts';
import { zodFault } from './zod-fault.ts';

export interface ConnectionOptions {
  readonly index: number;
  readonly auth: Credential['kind'];
  readonly settings: SessionSettings;
  readonly shape: SimulatedDialect['shape'];
  readonly script: Script | undefined;
  readonly models: readonly string[] | undefined;
  readonly faults: Faults;
  readonly sessionSeconds: number;
  readonly recordSamples: number;
  readonly recordEvents: number;
}

/** A client event as it came; `type` is `(invalid)` for what is no event. */
export interface ReceivedEvent {
  readonly type: string;
  readonly event: unknown;
}

export interface Closed {
  readonly code: number;
  readonly reason: string;
}

const faultsAtMoments = [
  'stall',
  'ignore_pings',
  'stop_reading',
  'send',
  'send_error',
  'expire_session',
  'close',
  'drop',
] as const;
type FaultAtMoment = FaultOf<(typeof faultsAtMoments)[number]>;

const sessionExpired = invalidRequest('session_expired', 'Your session hit the maximum duration.');

/** One client's connection: what it said, what it was told, and what it was made to suffer. */
export class SimulatedConnection {
  readonly index: number;
  /** By which means the client authenticated itself. */
  readonly auth: Credential['kind'];
  readonly #socket: WebSocket;
  readonly #options: ConnectionOptions;
  readonly #conversation: Conversation;
  readonly #recording: Recording;
  readonly #received: Recorded<ReceivedEvent>;
  readonly #sent: Recorded<RealtimeServerEvent>;
  readonly #closed = new Deferred<Closed>();
  #hearing: { readonly samples: number; readonly heard: Deferred<void> }[] = [];
  #speechStarted = 0;
  #stalled = false;
  #ignoresPings = false;
  readonly #pings: Recorded<{ readonly type: 'ping' }>;

  constructor(socket: WebSocket, options: ConnectionOptions) {
    this.index = options.index;
    this.auth = options.auth;
    this.#socket = socket;
    this.#options = options;
    this.#recording = new Recording(options.recordSamples);
    this.#received = new Recorded(options.recordEvents);
    this.#sent = new Recorded(options.recordEvents);
    this.#pings = new Recorded(options.recordEvents);
    this.#conversation = new Conversation({
      connection: options.index,
      settings: options.settings,
      expiresAt: epochSeconds() + options.sessionSeconds,
      script: options.script,
      models: options.models,
      faults: options.faults,
      send: (event) => this.#send(event),
      hear: (samples) => this.#hear(samples),
    });
    socket.on('message', (data, isBinary) => this.#receive(data, isBinary));
    socket.on('ping', (data) => {
      this.#pings.push({ type: 'ping' });
      if (!this.#ignoresPings) socket.pong(data);
    });
    socket.on('close', (code, reason) => this.#end({ code, reason: reason.toString() }));
    // A client's protocol fault; its close follows.
    socket.on('error', () => undefined);
    this.#meet('opened');
    this.#conversation.begin();
    this.#meet('created');
  }

  /** The samples received, as far as the recording's bound allows: a view that does not grow. */
  get recording(): Int16Array {
    return this.#recording.samples;
  }

  /** How many samples were received. */
  get heard(): number {
    return this.#recording.heard;
  }

  get clientEvents(): readonly ReceivedEvent[] {
    return this.#received.events;
  }

  get serverEvents(): readonly RealtimeServerEvent[] {
    return this.#sent.events;
  }

  /** The `nth` client event of this type, from 1, past or to come; rejects when the connection ends before it. */
  async received(type: string, nth = 1): Promise<unknown> {
    return (await this.#received.nth(type, nth)).event;
  }

  /** The same for what the simulator has sent. */
  async sent(type: RealtimeServerEvent['type'], nth = 1): Promise<RealtimeServerEvent> {
    return this.#sent.nth(type, nth);
  }

  /** Resolves at the `nth` ping, from 1; rejects when the connection ends before it. */
  async pinged(nth = 1): Promise<void> {
    await this.#pings.nth('ping', nth);
  }

  /** Resolves when `samples` in all have been received; rejects when the connection ends before that. */
  async heardAtLeast(samples: number): Promise<void> {
    if (this.heard >= samples) return;
    const heard = new Deferred<void>();
    this.#hearing.push({ samples, heard });
    await Promise.race([heard.promise, this.#closed.promise.then((closed) => Promise.reject(ended(closed)))]);
  }

  /** Resolves when the socket is closed, by whomever. */
  get closed(): Promise<Closed> {
    return this.#closed.promise;
  }

  terminate(): void {
    this.#socket.terminate();
  }

  #receive(data: RawData, isBinary: boolean): void {
    // The form in which `ws` gives messages unless it is told otherwise.
    const text = Buffer.isBuffer(data) ? data.toString() : '';
    const json = isBinary ? undefined : parseJson(text);
    if (json === undefined) return this.#invalid(text, 'invalid_json', 'The message is not valid JSON.');
    const parsed = clientEvent.safeParse(this.#options.shape === 'beta' ? fromBeta(json) : json);
    if (!parsed.success) {
      this.#received.push({ type: nameOf(json) ?? '(invalid)', event: json });
      return this.#conversation.fault(zodFault(parsed.error, json), eventIdOf(json));
    }
    this.#received.push({ type: parsed.data.type, event: json });
    this.#conversation.handle(parsed.data);
    this.#meet('samples');
  }

  #invalid(text: string, code: string, message: string): void {
    this.#received.push({ type: '(invalid)', event: text });
    this.#conversation.fault(invalidRequest(code, message));
  }

  #hear(samples: Int16Array): void {
    this.#recording.append(samples);
    if (this.#hearing.length === 0) return;
    for (const wait of this.#hearing) if (wait.samples <= this.heard) wait.heard.resolve();
    this.#hearing = this.#hearing.filter((wait) => wait.samples > this.heard);
  }

  #send(event: RealtimeServerEvent): void {
    if (this.#stalled || this.#socket.readyState !== this.#socket.OPEN) return;
    this.#sent.push(event);
    const worded = this.#options.shape === 'beta' ? toBeta(event) : event;
    if (worded) this.#socket.send(JSON.stringify(worded));
    if (event.type === 'input_audio_buffer.speech_started') {
      this.#speechStarted += 1;
      this.#meet('speechStarted');
    }
  }

  /** Lets happen what was ordered for this moment, in the order of the list of kinds. */
  #meet(now: 'opened' | 'created' | 'samples' | 'speechStarted'): void {
    const { faults, index } = this.#options;
    const isDue = ({ at }: { at: Moment }) => this.#isDue(at, now);
    for (const kind of faultsAtMoments) {
      for (let due = faults.take(kind, index, isDue); due; due = faults.take(kind, index, isDue)) this.#suffer(due);
    }
  }

  #isDue(at: Moment, now: 'opened' | 'created' | 'samples' | 'speechStarted'): boolean {
    if (typeof at === 'string') return at === now;
    if ('samples' in at) return now === 'samples' && at.samples <= this.heard;
    return now === 'speechStarted' && at.speechStarted === this.#speechStarted - 1;
  }

  #suffer(fault: FaultAtMoment): void {
    switch (fault.kind) {
      case 'stall':
        this.#stalled = true;
        return;
      case 'ignore_pings':
        this.#ignoresPings = true;
        return;
      case 'stop_reading':
        return this.#stopReading(fault.until);
      case 'send':
        return this.#socket.send(fault.text);
      case 'send_error':
        return this.#sayError(fault.error, fault.close);
      case 'expire_session':
        return this.#sayError(sessionExpired, 1_000);
      case 'close':
        return this.#socket.close(fault.code, fault.reason);
      case 'drop':
        return this.#socket.terminate();
      default:
        fault satisfies never;
    }
  }

  #sayError(error: ApiFault, close: number | undefined): void {
    this.#conversation.fault(error);
    if (close !== undefined) this.#socket.close(close, error.code ?? '');
  }

  #stopReading(until: Promise<unknown>): void {
    this.#socket.pause();
    const resume = () => this.#socket.resume();
    void until.then(resume, resume);
  }

  #end(closed: Closed): void {
    this.#closed.resolve(closed);
    this.#received.end(ended(closed));
    this.#sent.end(ended(closed));
    this.#pings.end(ended(closed));
  }
}

const ended = ({ code, reason }: Closed) => new Error(`The connection was closed before that (${code} ${reason}).`);

const memberOf = (value: unknown, name: string): unknown =>
  typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;

const eventIdOf = (json: unknown): string | undefined => {
  const id = memberOf(json, 'event_id');
  return typeof id === 'string' ? id : undefined;
};

/** Of the events it knows: a client's inventions shall not fill the record's counts. */
const nameOf = (json: unknown): string | undefined => {
  const type = memberOf(json, 'type');
  return clientEvent.options.map((option) => option.shape.type.value).find((known) => known === type);
};
