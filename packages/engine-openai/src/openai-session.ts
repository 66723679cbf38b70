import { streamMs } from '@live-transcribe/audio';
import { type EngineEvent, EngineEvents, type EngineSession } from '@live-transcribe/core';
import type {
  InputAudioBufferClearEvent,
  InputAudioBufferCommitEvent,
  RealtimeTranscriptionSessionCreateRequest,
  SessionUpdateEvent,
} from 'openai/resources/realtime/realtime';
import { appendEvent, largestAppend } from './append-event.ts';
import { parseJson } from './http-fault.ts';
import type { Redact } from './redact.ts';
import { readServerEvent, type ServerEvent } from './server-events.ts';
import { Turns } from './turns.ts';
import { UncommittedAudio } from './uncommitted-audio.ts';
import { engineError, isFatal } from './upstream-fault.ts';
import { UpstreamSocket } from './upstream-socket.ts';
import { UpstreamWarnings, type Warn } from './upstream-warnings.ts';

export interface OpenAISessionOptions {
  readonly url: URL;
  readonly secret: string;
  readonly session: RealtimeTranscriptionSessionCreateRequest;
  /** Ends the session at once, at any moment; its reason is what `events` throw. */
  readonly signal: AbortSignal;
  readonly redact: Redact;
  readonly warn: Warn;
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

type SentEvent = SessionUpdateEvent | InputAudioBufferCommitEvent | InputAudioBufferClearEvent;

const nothingToCommit = 'input_audio_buffer_commit_empty';

/**
 * One session of the Realtime transcription API. After `finish` it waits for as long as the service owes texts; how long
 * that may take is for the owner of the signal to say.
 */
export class OpenAISession implements EngineSession {
  readonly events = new EngineEvents();
  /** Resolves when it takes audio; rejects when it never will. */
  readonly opened: Promise<void>;
  readonly #options: OpenAISessionOptions;
  readonly #socket: UpstreamSocket;
  readonly #turns: Turns;
  readonly #audio = new UncommittedAudio();
  readonly #warnings: UpstreamWarnings;
  #state: State = { name: 'connecting' };
  #commits = 0;
  #resolveOpened: () => void = () => undefined;
  #rejectOpened: (reason: unknown) => void = () => undefined;

  constructor(options: OpenAISessionOptions) {
    const { url, secret, redact, signal } = options;
    this.#options = options;
    this.#turns = new Turns(redact);
    this.#warnings = new UpstreamWarnings(options.warn, redact);
    this.opened = new Promise((resolve, reject) => {
      this.#resolveOpened = resolve;
      this.#rejectOpened = reject;
    });
    this.#socket = new UpstreamSocket({
      url,
      secret,
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
      const part = samples.subarray(at, at + largestAppend);
      this.#audio.add(part);
      this.#socket.send(appendEvent(part));
      if (this.#socket.isFull) await this.#socket.drained();
    }
  }

  async commit(): Promise<void> {
    // Less than the service takes stays for the next commit: it is not lost, and the error it would bring helps nobody.
    if (this.#state.name === 'streaming' && this.#audio.isLongEnough) this.#commit();
  }

  async clear(): Promise<void> {
    if (this.#state.name !== 'streaming') return;
    this.#send({ type: 'input_audio_buffer.clear' });
    this.#turns.clear(this.#audio.end);
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
    this.#state = { name: 'finishing' };
    if (this.#audio.isLongEnough && this.#audio.maySpeak) this.#commit();
    this.#endIfOver();
  }

  #commit(): void {
    this.#commits += 1;
    const eventId = `commit_${this.#commits}`;
    this.#send({ type: 'input_audio_buffer.commit', event_id: eventId });
    this.#turns.commit(eventId, this.#audio.end);
    this.#audio.cut();
  }

  #send(event: SentEvent): void {
    this.#socket.send(JSON.stringify(event));
  }

  #read(text: string): void {
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
        if (this.#state.name !== 'connecting') return;
        this.#state = { name: 'configuring' };
        return this.#send({ type: 'session.update', session: this.#options.session });
      case 'session.updated':
        if (this.#state.name !== 'configuring') return;
        this.#state = { name: 'streaming' };
        return this.#resolveOpened();
      case 'error':
        return this.#hearError(event.error);
      case 'input_audio_buffer.speech_stopped':
        this.#audio.cut(streamMs(event.audio_end_ms));
        return this.#tell(this.#turns.apply(event, this.#audio.end));
      case 'input_audio_buffer.speech_started':
      case 'input_audio_buffer.committed':
      case 'input_audio_buffer.cleared':
      case 'conversation.item.input_audio_transcription.delta':
      case 'conversation.item.input_audio_transcription.completed':
      case 'conversation.item.input_audio_transcription.failed':
        return this.#tell(this.#turns.apply(event, this.#audio.end));
      default:
        event satisfies never;
    }
  }

  #hearError(error: Extract<ServerEvent, { type: 'error' }>['error']): void {
    const isOpening = this.#state.name === 'connecting' || this.#state.name === 'configuring';
    if (isOpening || isFatal(error.code)) return this.#end(engineError(error, this.#options.redact));
    const isEmpty = error.code === nothingToCommit;
    const refusal = error.event_id ?? undefined;
    if (refusal !== undefined || isEmpty) {
      const told = this.#turns.refuse(refusal, isEmpty ? undefined : error, this.#audio.end);
      if (told) this.#tell(told);
      if (told && isEmpty) return;
    }
    this.#warnings.error(error);
  }

  #tell(events: readonly EngineEvent[]): void {
    let isWelcome = true;
    for (const event of events) isWelcome = this.events.push(event);
    if (!isWelcome) void this.#waitForReader();
    this.#endIfOver();
  }

  /** A reader that is slow makes the service wait, not this memory grow. */
  async #waitForReader(): Promise<void> {
    this.#socket.pause();
    await this.events.room();
    this.#socket.resume();
  }

  #endIfOver(): void {
    if (this.#state.name === 'finishing' && this.#turns.areOver) this.#end();
  }

  /** Anything may be thrown: an engine error, or the reason of the signal. */
  #end(...thrown: [] | [reason: unknown]): void {
    if (this.#state.name === 'ended') return;
    this.#state = { name: 'ended' };
    this.#options.signal.removeEventListener('abort', this.#onAbort);
    this.#warnings.end();
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
