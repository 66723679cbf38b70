import { EngineError } from '@live-transcribe/core';

/** How often the watch looks, in ms: each of its limits is kept to within this. */
export const lookEveryMs = 5_000;
/** Proxies cut connections after a minute in which nothing passes. */
const pingEveryMs = 15_000;
const pongWithinMs = 10_000;
/** From a commit, or from the outcome of the one before, to the outcome. */
const outcomeWithinMs = 30_000;
/** So much speech that the service says nothing about, for so long: it is not listening. */
const speechMs = 5_000;
const silentMs = 10_000;
/**
 * The same for a connection on which the service has not said a word yet: hold music may pass for speech here and not
 * there, and a connection that has lasted for half a minute does not count as one failure more.
 */
const silentAtFirstMs = 35_000;

/** What the watch looks at; counts only ever grow. */
export interface Seen {
  /** Messages of the service. */
  readonly messages: number;
  /** Messages and pongs. */
  readonly signs: number;
  /** What it has owed an answer about for longest; another value when that has changed. */
  readonly owed: number | undefined;
  /** Speech since its last message, in ms of audio, that it should have said something about; 0 where that is not known. */
  readonly unansweredSpeechMs: number;
  /** We are not reading: that nothing is heard says nothing. */
  readonly isPaused: boolean;
}

/** Tells a service that thinks from one that is gone. Silence alone is never a fault: nobody may be speaking. */
export class Watch {
  readonly #service: string;
  readonly #messagesAtFirst: number;
  #messages: number;
  #heardAt: number;
  #pingedAt: number;
  #unanswered: { readonly at: number; readonly signs: number } | undefined;
  #owed: { readonly what: number; readonly since: number } | undefined;

  /** `service` as sentences call it; `now` in ms, from any origin; `messages` as `Seen` counts them. */
  constructor(service: string, now: number, messages: number) {
    this.#service = service;
    this.#messagesAtFirst = messages;
    this.#messages = messages;
    this.#heardAt = now;
    this.#pingedAt = now;
  }

  /** Whether to send a ping, or to give the connection up. */
  look(now: number, seen: Seen): 'ping' | EngineError | undefined {
    if (seen.isPaused || seen.messages !== this.#messages) this.#heardAt = now;
    this.#messages = seen.messages;
    const fault = this.#outcomeFault(now, seen) ?? this.#speechFault(now, seen) ?? this.#pongFault(now, seen);
    if (fault || this.#unanswered || now - this.#pingedAt < pingEveryMs) return fault;
    this.#pingedAt = now;
    this.#unanswered = { at: now, signs: seen.signs };
    return 'ping';
  }

  #pongFault(now: number, { signs, isPaused }: Seen): EngineError | undefined {
    if (!this.#unanswered) return undefined;
    if (signs > this.#unanswered.signs || isPaused) {
      this.#unanswered = undefined;
      return undefined;
    }
    if (now - this.#unanswered.at < pongWithinMs) return undefined;
    return new EngineError(
      'engine_lost',
      `No answer to a ping came from ${this.#service} within ${pongWithinMs / 1000} s.`,
    );
  }

  #outcomeFault(now: number, { owed, isPaused }: Seen): EngineError | undefined {
    if (owed === undefined) this.#owed = undefined;
    else if (isPaused || this.#owed?.what !== owed) this.#owed = { what: owed, since: now };
    if (!this.#owed || now - this.#owed.since < outcomeWithinMs) return undefined;
    const seconds = outcomeWithinMs / 1000;
    return new EngineError('engine_timeout', `No text of an utterance came from ${this.#service} within ${seconds} s.`);
  }

  #speechFault(now: number, { unansweredSpeechMs }: Seen): EngineError | undefined {
    const limitMs = this.#messages > this.#messagesAtFirst ? silentMs : silentAtFirstMs;
    if (unansweredSpeechMs < speechMs || now - this.#heardAt < limitMs) return undefined;
    return new EngineError(
      'engine_timeout',
      `No word about speech came from ${this.#service} for ${limitMs / 1000} s.`,
    );
  }
}
