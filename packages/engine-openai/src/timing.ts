import { type StreamMs, streamMs } from '@live-transcribe/audio';
import type { Clock, EngineError } from '@live-transcribe/core';
import type { Exchange } from './exchange.ts';
import type { Lifetime } from './lifetime.ts';
import type { Outgoing } from './outgoing.ts';
import { expiryOf } from './server-events.ts';
import type { SessionPlan } from './transcription-session.ts';
import type { Turns } from './turns.ts';
import type { UpstreamSocket } from './upstream-socket.ts';
import { Watch } from './watch.ts';

/** Silence is settled in steps of this many ms. */
const settleEveryMs = 1_000;
/** So long the service may take to say that it has heard what our detector has not. */
const serviceLagMs = 1_000;
/** Our detector counts at least so much quiet after the last sound to an utterance, in ms; the service perhaps none. */
const speechTailMs = 200;
/**
 * An utterance that the service leaves open for so long without a word, although our detector has heard a pause, is ended
 * by us: a service that is gone owes an answer then, and is found out while the audio is still kept.
 */
const overdueMs = 15_000;

export interface TimingParts {
  readonly clock: Clock;
  /** As sentences call it. */
  readonly service: string;
  readonly plan: SessionPlan;
  readonly lifetime: Lifetime;
  readonly socket: UpstreamSocket;
  readonly outgoing: Outgoing;
  readonly turns: Turns;
  readonly exchange: Exchange;
}

/** What in a session is a question of how long: when quiet is certain, when the service should have answered, when to leave. */
export class Timing {
  readonly #parts: TimingParts;
  #watch: Watch | undefined;
  /** How far audio had been given when the service last said something. */
  #answeredThrough = streamMs(0);
  #answeredAt: number;
  /** What will be settled when the service has had the time to contradict. */
  #quiet: { readonly through: StreamMs; readonly since: number } | undefined;

  constructor(parts: TimingParts) {
    this.#parts = parts;
    this.#answeredAt = parts.clock.now();
  }

  /** The service has said something. */
  answered(): void {
    this.#answeredThrough = this.#parts.outgoing.given;
    this.#answeredAt = this.#parts.clock.now();
  }

  /** The service has described the session, and perhaps when it ends. */
  described(session: unknown): void {
    const expiry = expiryOf(session);
    if (expiry !== undefined) this.#parts.lifetime.lasts(this.#parts.clock.now(), expiry * 1000 - Date.now());
  }

  /**
   * Before what time there certainly is no speech that nobody has told, once for each second of quiet. Audio may come much
   * faster than it was spoken: what the service has not said a word about, though our detector has heard speech in it, is
   * not settled by the silence after it.
   */
  takeQuiet(): StreamMs | undefined {
    const { outgoing, turns, clock } = this.#parts;
    const through = outgoing.quietThrough;
    if (through === undefined || through - turns.settled < settleEveryMs) return undefined;
    if (!turns.covers(outgoing.speechEnd - speechTailMs)) return undefined;
    const now = clock.now();
    this.#quiet ??= { through, since: now };
    if (now - this.#quiet.since < serviceLagMs) return undefined;
    const quiet = this.#quiet;
    this.#quiet = undefined;
    return quiet.through;
  }

  /** Whether an utterance is open that should have been ended, or spoken of, long ago. */
  get isOverdue(): boolean {
    const { outgoing, turns, clock } = this.#parts;
    // What is cheapest to tell first: it is asked with every chunk.
    if (outgoing.isSpeech || outgoing.speechEnd <= this.#answeredThrough) return false;
    if (!turns.areOpen || turns.owed !== undefined) return false;
    return clock.now() - this.#answeredAt >= overdueMs;
  }

  /** Whether the session is so near its end that it should be left now; says so once. */
  isTimeToLeave(): boolean {
    return this.#parts.lifetime.isDue(this.#parts.clock.now(), this.#isPause);
  }

  /** The service takes audio from now on, and is watched. */
  begin(): void {
    const { clock, socket, service } = this.#parts;
    this.#watch = new Watch(service, clock.now(), socket.messages);
  }

  /** Looks whether the service is still there, to be called now and then: why to give it up, where there is a reason. */
  look(): EngineError | undefined {
    const { clock, socket, turns } = this.#parts;
    const found = this.#watch?.look(clock.now(), {
      messages: socket.messages,
      signs: socket.signs,
      owed: turns.owed,
      unansweredSpeechMs: this.#unansweredSpeechMs,
      isPaused: socket.isPaused,
    });
    if (found !== 'ping') return found;
    socket.ping();
    return undefined;
  }

  /** Of an utterance that it has said to have begun the service may be silent until its end. */
  get #unansweredSpeechMs(): number {
    const { plan, turns, outgoing } = this.#parts;
    const owesWord = plan.streams || (plan.turns.by === 'service' && turns.areQuiet);
    return owesWord ? outgoing.speechSince(this.#answeredThrough) : 0;
  }

  /** Whether nothing is being said, nor waits to be told, nor may be a word that nobody has made an item of. */
  get #isPause(): boolean {
    const { plan, turns, outgoing, exchange } = this.#parts;
    if (!turns.areQuiet || outgoing.isSpeech) return false;
    return plan.turns.by !== 'commits' || !exchange.maySpeak;
  }
}
