import {
  type Clock,
  type EngineError,
  type EngineEvent,
  EngineEvents,
  type EngineSession,
} from '@live-transcribe/core';
import { largestAppend } from './append-event.ts';
import type { TurnDetector } from './detector.ts';
import { Exchange } from './exchange.ts';
import { Handshake } from './handshake.ts';
import type { Lifetime } from './lifetime.ts';
import { Outgoing } from './outgoing.ts';
import type { Price } from './prices.ts';
import { readMessage } from './read-message.ts';
import type { Rounds } from './rounds.ts';
import type { ErrorEvent, ServerEvent } from './server-events.ts';
import type { Service } from './service.ts';
import type { GateSilence } from './silence-gate.ts';
import { Timing } from './timing.ts';
import type { SessionPlan } from './transcription-session.ts';
import { Turns } from './turns.ts';
import { engineError, isFatal, openingError } from './upstream-fault.ts';
import { UpstreamSocket } from './upstream-socket.ts';
import { UpstreamWarnings, type Warn } from './upstream-warnings.ts';

export interface OpenAISessionOptions {
  readonly service: Service;
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly plan: SessionPlan;
  /** The event that asks for the session planned, as this server wants it worded. */
  readonly update: object;
  /** Of this session alone. */
  readonly detector: TurnDetector | undefined;
  readonly gateSilence: GateSilence | undefined;
  readonly lifetime: Lifetime;
  readonly clock: Clock;
  /** Those of the engine, on which the watch is called. */
  readonly rounds: Rounds;
  /** Ends the session at once, at any moment; its reason is what `events` throw. */
  readonly signal: AbortSignal;
  /** Of the model, where it is known. */
  readonly price: Price | undefined;
  readonly warn: Warn;
  readonly debug: Warn;
}

type State =
  | 'opening'
  | 'streaming'
  /** Has no more audio to give and waits for what the service owes. */
  | 'finishing'
  | 'ended';

/**
 * One session of the Realtime transcription API. After `finish` it waits for what the service owes; the watch says how
 * long that may take.
 */
export class OpenAISession implements EngineSession {
  readonly events = new EngineEvents();
  readonly #options: OpenAISessionOptions;
  readonly #socket: UpstreamSocket;
  readonly #handshake: Handshake;
  readonly #turns: Turns;
  readonly #exchange: Exchange;
  readonly #outgoing: Outgoing;
  readonly #timing: Timing;
  readonly #warnings: UpstreamWarnings;
  #state: State = 'opening';

  constructor(options: OpenAISessionOptions) {
    const { service, url, headers, plan, detector, gateSilence, lifetime, clock, signal } = options;
    this.#options = options;
    const message = (text: string) => this.#read(text);
    const failed = (error: EngineError) => this.#end(error);
    this.#socket = new UpstreamSocket({ service, url, headers, message, failed });
    this.#handshake = new Handshake(this.#socket, options.update);
    this.#turns = new Turns(service, options.price);
    this.#exchange = new Exchange(this.#socket, this.#turns);
    const mayClose = () => !this.#turns.areOpen;
    this.#outgoing = new Outgoing({ turns: plan.turns, detector, gateSilence, mayClose }, this.#exchange);
    this.#timing = new Timing({
      clock,
      service: service.name,
      plan,
      lifetime,
      socket: this.#socket,
      outgoing: this.#outgoing,
      turns: this.#turns,
      exchange: this.#exchange,
    });
    this.#warnings = new UpstreamWarnings(options.warn, service);
    signal.addEventListener('abort', this.#onAbort);
    if (signal.aborted) this.#onAbort();
  }

  /** Resolves when it takes audio; rejects when it never will. */
  get opened(): Promise<void> {
    return this.#handshake.done;
  }

  /** Resolves when nothing of its connection is left. */
  get closed(): Promise<void> {
    return this.#socket.closed;
  }

  write(samples: Int16Array): Promise<void> | undefined {
    if (samples.length > largestAppend) return this.#writeParts(samples);
    if (this.#state !== 'streaming') return undefined;
    this.#outgoing.give(samples);
    const quiet = this.#timing.takeQuiet();
    if (quiet !== undefined) this.#tell(this.#turns.settle(quiet));
    if (this.#timing.isOverdue) this.#exchange.commit();
    return this.#exchange.isFull ? this.#exchange.room() : undefined;
  }

  async #writeParts(samples: Int16Array): Promise<void> {
    for (let at = 0; at < samples.length; at += largestAppend) {
      await this.write(samples.subarray(at, at + largestAppend));
    }
  }

  async commit(): Promise<void> {
    if (this.#state !== 'streaming') return;
    this.#outgoing.flush();
    this.#exchange.commit();
  }

  async clear(): Promise<void> {
    if (this.#state !== 'streaming') return;
    this.#outgoing.flush();
    this.#exchange.clear();
  }

  /**
   * What no item covers yet is committed, although the service's own turn detection may be about to do so: it may also
   * not have judged the last words, or still hear the speaker pause, and nothing would ever end that utterance. If it
   * was quicker, our commit finds nothing and is answered by an error that means no harm; if only noise was left, the
   * item comes back empty. Losing a word is worse than either. Left out is what cannot hold a word: digital silence,
   * and less than the service takes.
   */
  async finish(): Promise<void> {
    if (this.#state !== 'streaming') return;
    this.#outgoing.flush();
    this.#state = 'finishing';
    this.#exchange.stop();
    if (this.#exchange.maySpeak) this.#exchange.commit();
    this.#endIfOver();
  }

  #read(text: string): void {
    this.#timing.answered();
    const event = readMessage(text, this.#warnings);
    if (event) this.#hear(event);
  }

  #hear(event: ServerEvent): void {
    if (event.type === 'error') return this.#hearError(event.error);
    if (event.type !== 'session.created' && event.type !== 'session.updated') {
      return this.#tell(this.#exchange.hear(event));
    }
    this.#timing.described(event.session);
    if (event.type === 'session.created') this.#handshake.greeted();
    else if (this.#handshake.agreed()) this.#begin();
  }

  #begin(): void {
    this.#state = 'streaming';
    this.#timing.begin();
    this.#options.rounds.join(this.#look);
  }

  #hearError(error: ErrorEvent['error']): void {
    const { service } = this.#options;
    if (this.#state === 'opening') return this.#end(openingError(error, service));
    if (isFatal(error.code)) return this.#end(engineError(error, service));
    const { events, isHarmless } = this.#exchange.hearError(error);
    this.#tell(events);
    if (!isHarmless) this.#warnings.error(error);
  }

  #tell(events: readonly EngineEvent[]): void {
    let isWelcome = true;
    for (const event of events) isWelcome = this.events.push(event);
    if (!isWelcome) void this.#waitForReader();
    this.#exchange.wake();
    this.#endIfOver();
    if (events.length > 0) this.#rotateIfDue();
  }

  /** A reader that is slow makes the service wait, not this memory grow. */
  async #waitForReader(): Promise<void> {
    this.#socket.pause();
    this.#exchange.wake();
    await this.events.room();
    this.#socket.resume();
  }

  readonly #look = (): void => {
    const fault = this.#timing.look();
    if (fault) this.#end(fault);
    else this.#rotateIfDue();
  };

  #rotateIfDue(): void {
    if (this.#state !== 'streaming' || !this.#timing.isTimeToLeave()) return;
    const reason = `The session with ${this.#options.service.name} is near its maximum duration.`;
    this.events.push({ kind: 'rotate', reason });
  }

  #endIfOver(): void {
    if (this.#state === 'finishing' && this.#turns.areOver) this.#end();
  }

  /** Anything may be thrown: an engine error, or the reason of the signal. */
  #end(...thrown: [] | [reason: unknown]): void {
    if (this.#state === 'ended') return;
    this.#state = 'ended';
    const { service, rounds, signal, debug } = this.#options;
    signal.removeEventListener('abort', this.#onAbort);
    rounds.leave(this.#look);
    this.#exchange.stop();
    this.#warnings.end();
    const { savedMs } = this.#outgoing;
    if (savedMs > 0) debug(`Silence was not sent to ${service.name}.`, { savedMs });
    if (thrown.length === 0) {
      this.events.end();
      this.#socket.close();
    } else {
      this.events.fail(thrown[0]);
      this.#handshake.fail(thrown[0]);
      this.#socket.terminate();
    }
  }

  readonly #onAbort = (): void => this.#end(this.#options.signal.reason);
}
