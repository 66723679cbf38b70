import { type StreamMs, streamMs } from '@live-transcribe/audio';
import {
  type Clock,
  type EngineError,
  type EngineEvent,
  EngineEvents,
  type EngineSession,
} from '@live-transcribe/core';
import type { InputAudioBufferClearEvent, InputAudioBufferCommitEvent } from 'openai/resources/realtime/realtime';
import { appendEvent, largestAppend } from './append-event.ts';
import { parseJson } from './http-fault.ts';
import type { Lifetime } from './lifetime.ts';
import type { Outgoing, Step } from './outgoing.ts';
import type { Price } from './prices.ts';
import type { Redact } from './redact.ts';
import { SentAudio } from './sent-audio.ts';
import { expiryOf, readServerEvent, type ServerEvent } from './server-events.ts';
import type { SessionPlan } from './transcription-session.ts';
import { Turns } from './turns.ts';
import { UncommittedAudio } from './uncommitted-audio.ts';
import { engineError, isFatal } from './upstream-fault.ts';
import { UpstreamSocket } from './upstream-socket.ts';
import { UpstreamWarnings, type Warn } from './upstream-warnings.ts';
import { lookEveryMs, Watch } from './watch.ts';

export interface OpenAISessionOptions {
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly plan: SessionPlan;
  /** The event that asks for the session planned, as this server wants it worded. */
  readonly update: object;
  readonly outgoing: Outgoing;
  readonly lifetime: Lifetime;
  readonly clock: Clock;
  /** Ends the session at once, at any moment; its reason is what `events` throw. */
  readonly signal: AbortSignal;
  /** Of the model, where it is known. */
  readonly price: Price | undefined;
  readonly redact: Redact;
  readonly warn: Warn;
  readonly debug: Warn;
}

type State =
  /** Waits for `session.created`. */
  | { readonly name: 'connecting' }
  /** Waits for `session.updated`. */
  | { readonly name: 'configuring' }
  | { readonly name: 'streaming' }
  /** Has no more audio to give and waits for what the service owes. */
  | { readonly name: 'finishing' }
  | { readonly name: 'ended' };

type SentEvent = InputAudioBufferCommitEvent | InputAudioBufferClearEvent;

const nothingToCommit = 'input_audio_buffer_commit_empty';
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
/** Of what it owes, in ms of audio: a service gets no more of it, since a session keeps a minute to give to another. */
const mostOwedMs = 20_000;

/**
 * One session of the Realtime transcription API. After `finish` it waits for what the service owes; the watch says how
 * long that may take.
 */
export class OpenAISession implements EngineSession {
  readonly events = new EngineEvents();
  /** Resolves when it takes audio; rejects when it never will. */
  readonly opened: Promise<void>;
  readonly #options: OpenAISessionOptions;
  readonly #socket: UpstreamSocket;
  readonly #outgoing: Outgoing;
  readonly #turns: Turns;
  readonly #audio = new UncommittedAudio();
  readonly #sent = new SentAudio();
  readonly #warnings: UpstreamWarnings;
  readonly #over = new AbortController();
  #state: State = { name: 'connecting' };
  #commits = 0;
  /** How far we had given audio when the service last said something. */
  #answeredThrough = streamMs(0);
  #answeredAt: number;
  /** Writers that wait for what the service owes. */
  #waiting: (() => void)[] = [];
  /** What will be settled when the service has had the time to contradict. */
  #quiet: { readonly through: StreamMs; readonly since: number } | undefined;
  #resolveOpened: () => void = () => undefined;
  #rejectOpened: (reason: unknown) => void = () => undefined;

  constructor(options: OpenAISessionOptions) {
    const { url, headers, redact, signal } = options;
    this.#options = options;
    this.#outgoing = options.outgoing;
    this.#answeredAt = options.clock.now();
    this.#turns = new Turns(redact, options.price);
    this.#warnings = new UpstreamWarnings(options.warn, redact);
    this.opened = new Promise((resolve, reject) => {
      this.#resolveOpened = resolve;
      this.#rejectOpened = reject;
    });
    this.#socket = new UpstreamSocket({
      url,
      headers,
      redact,
      message: (text) => this.#read(text),
      failed: (error) => this.#end(error),
    });
    signal.addEventListener('abort', this.#onAbort);
    if (signal.aborted) this.#onAbort();
  }

  /** Resolves when nothing of its connection is left. */
  get closed(): Promise<void> {
    return this.#socket.closed;
  }

  async write(samples: Int16Array): Promise<void> {
    for (let at = 0; at < samples.length && this.#state.name === 'streaming'; at += largestAppend) {
      this.#take(this.#outgoing.give(samples.subarray(at, at + largestAppend), !this.#turns.areOpen));
      this.#settleQuiet();
      this.#endOverdueUtterance();
      if (this.#socket.isFull) await this.#socket.drained();
      while (this.#owesMuch) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
  }

  async commit(): Promise<void> {
    if (this.#state.name !== 'streaming') return;
    this.#take(this.#outgoing.flush());
    this.#commit();
  }

  async clear(): Promise<void> {
    if (this.#state.name !== 'streaming') return;
    this.#take(this.#outgoing.flush());
    this.#send({ type: 'input_audio_buffer.clear' });
    this.#turns.clear(this.#sent.end);
    this.#audio.cut();
  }

  /**
   * What no item covers yet is committed, although the service's own turn detection may be about to do so: it may also
   * not have judged the last words, or still hear the speaker pause, and nothing would ever end that utterance. If it
   * was quicker, our commit finds nothing and is answered by an error that means no harm; if only noise was left, the
   * item comes back empty. Losing a word is worse than either. Left out is what cannot hold a word: digital silence,
   * and less than the service takes.
   */
  async finish(): Promise<void> {
    if (this.#state.name !== 'streaming') return;
    this.#take(this.#outgoing.flush());
    this.#state = { name: 'finishing' };
    if (this.#audio.maySpeak) this.#commit();
    this.#endIfOver();
  }

  #take(steps: readonly Step[]): void {
    for (const step of steps) {
      switch (step.kind) {
        case 'send':
          this.#audio.add(step.samples);
          this.#sent.add(step.at, step.samples.length);
          this.#socket.send(appendEvent(step.samples));
          break;
        case 'begin':
          this.#turns.begin(step.at);
          break;
        case 'commit':
          this.#commit(step.end);
          break;
        default:
          step satisfies never;
      }
    }
  }

  /** Less than the service takes stays for the next commit: it is not lost, and the error it would bring helps nobody. */
  #commit(speechEnd?: StreamMs): void {
    if (!this.#audio.isLongEnough) return;
    this.#commits += 1;
    const eventId = `commit_${this.#commits}`;
    this.#send({ type: 'input_audio_buffer.commit', event_id: eventId });
    this.#turns.commit(eventId, this.#sent.end, speechEnd);
    this.#audio.cut();
  }

  /**
   * Audio may come much faster than it was spoken: what the service has not said a word about, though our detector has
   * heard speech in it, is not settled by the silence after it.
   */
  #settleQuiet(): void {
    const quiet = this.#outgoing.quietThrough;
    if (quiet === undefined || quiet - this.#turns.settled < settleEveryMs) return;
    if (!this.#turns.covers(this.#outgoing.speechEnd - speechTailMs)) return;
    const now = this.#options.clock.now();
    this.#quiet ??= { through: quiet, since: now };
    if (now - this.#quiet.since < serviceLagMs) return;
    const { through } = this.#quiet;
    this.#quiet = undefined;
    this.#tell(this.#turns.settle(through));
  }

  #endOverdueUtterance(): void {
    if (!this.#turns.areOpen || this.#outgoing.isSpeech || this.#turns.owed !== undefined) return;
    const isPaused = this.#outgoing.speechEnd > this.#answeredThrough;
    if (isPaused && this.#options.clock.now() - this.#answeredAt >= overdueMs) this.#commit();
  }

  get #owesMuch(): boolean {
    if (this.#state.name !== 'streaming' || this.#sent.end - this.#turns.settled < mostOwedMs) return false;
    // While its messages are not taken it cannot give what it owes.
    return this.#turns.owed !== undefined && !this.#socket.isPaused;
  }

  #wakeWriter(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const wake of waiting) wake();
  }

  #send(event: SentEvent): void {
    this.#socket.send(JSON.stringify(event));
  }

  #read(text: string): void {
    this.#answeredThrough = this.#outgoing.given;
    this.#answeredAt = this.#options.clock.now();
    const reading = readServerEvent(parseJson(text));
    switch (reading.kind) {
      case 'event':
        return this.#hear(reading.event);
      case 'unneeded':
        return;
      case 'unknown':
        return this.#warnings.unknown(reading.type);
      case 'malformed': {
        this.#warnings.malformed(reading.type, reading.problem, text);
        // An outcome that cannot be read is an outcome still: others wait for their turn behind this item.
        const { itemId: item_id, type } = reading;
        if (item_id === undefined || type !== 'conversation.item.input_audio_transcription.completed') return;
        const error = { message: reading.problem };
        return this.#hear({ type: 'conversation.item.input_audio_transcription.failed', item_id, error });
      }
      default:
        reading satisfies never;
    }
  }

  #hear(event: ServerEvent): void {
    switch (event.type) {
      case 'session.created':
        this.#hearExpiry(event.session);
        if (this.#state.name !== 'connecting') return;
        this.#state = { name: 'configuring' };
        return this.#socket.send(JSON.stringify(this.#options.update));
      case 'session.updated':
        this.#hearExpiry(event.session);
        if (this.#state.name !== 'configuring') return;
        this.#state = { name: 'streaming' };
        void this.#keepWatch();
        return this.#resolveOpened();
      case 'error':
        return this.#hearError(event.error);
      case 'input_audio_buffer.speech_started': {
        const audio_start_ms = this.#sent.toStream(event.audio_start_ms);
        return this.#tell(this.#turns.apply({ ...event, audio_start_ms }, this.#sent.end));
      }
      case 'input_audio_buffer.speech_stopped': {
        this.#audio.cut(event.audio_end_ms);
        const audio_end_ms = this.#sent.toStream(event.audio_end_ms);
        return this.#tell(this.#turns.apply({ ...event, audio_end_ms }, this.#sent.end));
      }
      case 'input_audio_buffer.committed':
      case 'input_audio_buffer.cleared':
      case 'conversation.item.input_audio_transcription.delta':
      case 'conversation.item.input_audio_transcription.segment':
      case 'conversation.item.input_audio_transcription.completed':
      case 'conversation.item.input_audio_transcription.failed':
        return this.#tell(this.#turns.apply(event, this.#sent.end));
      default:
        event satisfies never;
    }
  }

  #hearExpiry(session: unknown): void {
    const { clock, lifetime } = this.#options;
    const expiry = expiryOf(session);
    if (expiry !== undefined) lifetime.lasts(clock.now(), expiry * 1000 - Date.now());
  }

  #hearError(error: Extract<ServerEvent, { type: 'error' }>['error']): void {
    const isOpening = this.#state.name === 'connecting' || this.#state.name === 'configuring';
    if (isOpening || isFatal(error.code)) return this.#end(engineError(error, this.#options.redact));
    const isEmpty = error.code === nothingToCommit;
    const refusal = error.event_id ?? undefined;
    if (refusal !== undefined || isEmpty) {
      const told = this.#turns.refuse(refusal, isEmpty ? undefined : error, this.#sent.end);
      if (told) this.#tell(told);
      if (told && isEmpty) return;
    }
    this.#warnings.error(error);
  }

  #tell(events: readonly EngineEvent[]): void {
    let isWelcome = true;
    for (const event of events) isWelcome = this.events.push(event);
    if (!isWelcome) void this.#waitForReader();
    if (!this.#owesMuch) this.#wakeWriter();
    this.#endIfOver();
    if (events.length > 0) this.#rotateIfDue();
  }

  /** A reader that is slow makes the service wait, not this memory grow. */
  async #waitForReader(): Promise<void> {
    this.#socket.pause();
    this.#wakeWriter();
    await this.events.room();
    this.#socket.resume();
  }

  /** One timer for each session, however much is said in it. */
  async #keepWatch(): Promise<void> {
    const { clock } = this.#options;
    const watch = new Watch(clock.now(), this.#socket.messages);
    while (await this.#passed(lookEveryMs)) {
      const seen = watch.look(clock.now(), {
        messages: this.#socket.messages,
        signs: this.#socket.signs,
        owed: this.#turns.owed,
        unansweredSpeechMs: this.#unansweredSpeechMs,
        isPaused: this.#socket.isPaused,
      });
      if (seen === 'ping') this.#socket.ping();
      else if (seen) return this.#end(seen satisfies EngineError);
      this.#rotateIfDue();
    }
  }

  /** Whether the session still is when that time has passed. */
  async #passed(ms: number): Promise<boolean> {
    return this.#options.clock.wait(ms, this.#over.signal).then(
      () => !this.#over.signal.aborted,
      () => false,
    );
  }

  /** Of an utterance that it has said to have begun the service may be silent until its end. */
  get #unansweredSpeechMs(): number {
    const { turns, streams } = this.#options.plan;
    const owesWord = streams || (turns.by === 'service' && this.#turns.areQuiet);
    return owesWord ? this.#outgoing.speechSince(this.#answeredThrough) : 0;
  }

  #rotateIfDue(): void {
    if (this.#state.name !== 'streaming') return;
    const { clock, lifetime } = this.#options;
    if (!lifetime.isDue(clock.now(), this.#isPause)) return;
    const reason = 'The session with OpenAI is near its maximum duration.';
    this.events.push({ kind: 'rotate', reason });
  }

  /** Whether nothing is being said, nor waits to be told, nor may be a word that nobody has made an item of. */
  get #isPause(): boolean {
    if (!this.#turns.areQuiet || this.#outgoing.isSpeech) return false;
    return this.#options.plan.turns.by !== 'commits' || !this.#audio.maySpeak;
  }

  #endIfOver(): void {
    if (this.#state.name === 'finishing' && this.#turns.areOver) this.#end();
  }

  /** Anything may be thrown: an engine error, or the reason of the signal. */
  #end(...thrown: [] | [reason: unknown]): void {
    if (this.#state.name === 'ended') return;
    this.#state = { name: 'ended' };
    this.#options.signal.removeEventListener('abort', this.#onAbort);
    this.#over.abort();
    this.#wakeWriter();
    this.#warnings.end();
    const { savedMs } = this.#outgoing;
    if (savedMs > 0) this.#options.debug('Silence was not sent to OpenAI.', { savedMs });
    this.#outgoing.end();
    if (thrown.length === 0) {
      this.events.end();
      this.#socket.close();
    } else {
      this.events.fail(thrown[0]);
      this.#rejectOpened(thrown[0]);
      this.#socket.terminate();
    }
  }

  readonly #onAbort = (): void => this.#end(this.#options.signal.reason);
}
