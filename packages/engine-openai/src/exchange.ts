import type { StreamMs } from '@live-transcribe/audio';
import type { EngineEvent } from '@live-transcribe/core';
import type { InputAudioBufferClearEvent, InputAudioBufferCommitEvent } from 'openai/resources/realtime/realtime';
import { appendEvent } from './append-event.ts';
import type { Sink } from './outgoing.ts';
import { SentAudio } from './sent-audio.ts';
import type { ErrorEvent } from './server-events.ts';
import type { TurnEvent, Turns } from './turns.ts';
import { UncommittedAudio } from './uncommitted-audio.ts';
import type { UpstreamSocket } from './upstream-socket.ts';

type SentEvent = InputAudioBufferCommitEvent | InputAudioBufferClearEvent;

const nothingToCommit = 'input_audio_buffer_commit_empty';
/** Of what it owes, in ms of audio: a service gets no more of it, since a session keeps a minute to give to another. */
const mostOwedMs = 20_000;

/** The audio that the service is sent, and what it says of it, in the stream's own times. Whoever is ahead is made to wait. */
export class Exchange implements Sink {
  readonly #socket: UpstreamSocket;
  readonly #turns: Turns;
  readonly #sent = new SentAudio();
  readonly #uncommitted = new UncommittedAudio();
  #commits = 0;
  #isOver = false;
  /** Writers that wait for what the service owes. */
  #waiting: (() => void)[] = [];

  constructor(socket: UpstreamSocket, turns: Turns) {
    this.#socket = socket;
    this.#turns = turns;
  }

  send(at: number, samples: Int16Array): void {
    this.#uncommitted.add(samples);
    this.#sent.add(at, samples.length);
    this.#socket.send(appendEvent(samples));
  }

  begin(at: StreamMs): void {
    this.#turns.begin(at);
  }

  /** Less than the service takes stays for the next commit: it is not lost, and the error it would bring helps nobody. */
  commit(speechEnd?: StreamMs): void {
    if (!this.#uncommitted.isLongEnough) return;
    this.#commits += 1;
    const eventId = `commit_${this.#commits}`;
    this.#say({ type: 'input_audio_buffer.commit', event_id: eventId });
    this.#turns.commit(eventId, this.#sent.end, speechEnd);
    this.#uncommitted.cut();
  }

  clear(): void {
    this.#say({ type: 'input_audio_buffer.clear' });
    this.#turns.clear(this.#sent.end);
    this.#uncommitted.cut();
  }

  /** Whether there is anything but digital silence in what no item covers yet. */
  get maySpeak(): boolean {
    return this.#uncommitted.maySpeak;
  }

  /** What follows from what the service says. */
  hear(event: TurnEvent): EngineEvent[] {
    switch (event.type) {
      case 'input_audio_buffer.speech_started': {
        const audio_start_ms = this.#sent.toStream(event.audio_start_ms);
        return this.#turns.apply({ ...event, audio_start_ms }, this.#sent.end);
      }
      case 'input_audio_buffer.speech_stopped': {
        this.#uncommitted.cut(event.audio_end_ms);
        const audio_end_ms = this.#sent.toStream(event.audio_end_ms);
        return this.#turns.apply({ ...event, audio_end_ms }, this.#sent.end);
      }
      case 'input_audio_buffer.committed':
      case 'input_audio_buffer.cleared':
      case 'conversation.item.input_audio_transcription.delta':
      case 'conversation.item.input_audio_transcription.segment':
      case 'conversation.item.input_audio_transcription.completed':
      case 'conversation.item.input_audio_transcription.failed':
        return this.#turns.apply(event, this.#sent.end);
      default:
        return event satisfies never;
    }
  }

  /**
   * What follows from an error that leaves the session open. `isHarmless` where it says no more than that a commit of ours
   * found nothing: the service was quicker.
   */
  hearError(error: ErrorEvent['error']): { readonly events: readonly EngineEvent[]; readonly isHarmless: boolean } {
    const isEmpty = error.code === nothingToCommit;
    const eventId = error.event_id ?? undefined;
    if (eventId === undefined && !isEmpty) return { events: [], isHarmless: false };
    const events = this.#turns.refuse(eventId, isEmpty ? undefined : error, this.#sent.end);
    return { events: events ?? [], isHarmless: isEmpty && events !== undefined };
  }

  /** Whether a writer has to wait for `room`. */
  get isFull(): boolean {
    return this.#socket.isFull || this.#owesMuch;
  }

  /** Resolves when there is room, or nothing more will be sent. */
  async room(): Promise<void> {
    if (this.#socket.isFull) await this.#socket.drained();
    while (this.#owesMuch) await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }

  /** Something has changed: lets the writers go on that need not wait any more. */
  wake(): void {
    if (this.#waiting.length === 0 || this.#owesMuch) return;
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const wake of waiting) wake();
  }

  /** No more audio will be given. */
  stop(): void {
    this.#isOver = true;
    this.wake();
  }

  get #owesMuch(): boolean {
    if (this.#isOver || this.#sent.end - this.#turns.settled < mostOwedMs) return false;
    // While its messages are not taken it cannot give what it owes.
    return this.#turns.owed !== undefined && !this.#socket.isPaused;
  }

  #say(event: SentEvent): void {
    this.#socket.send(JSON.stringify(event));
  }
}
