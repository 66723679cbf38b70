import { type StreamMs, streamMs } from '@live-transcribe/audio';
import { EngineError, type EngineEvent } from '@live-transcribe/core';
import { type Item, Items } from './items.ts';
import type { Redact } from './redact.ts';
import type { ServerEvent } from './server-events.ts';
import { type UpstreamFault, utteranceFailed } from './upstream-fault.ts';

/** The server events that are about audio and what it says. */
export type TurnEvent = Exclude<ServerEvent, { type: 'session.created' | 'session.updated' | 'error' }>;

/** In characters of one item: an hour of speech is shorter. `completed` brings the whole text all the same. */
const longestText = 100_000;
/** Commits that the service never answers; each stands for at least 100 ms of audio. */
const mostCommits = 1_024;

const deltaEvent = 'conversation.item.input_audio_transcription.delta';
const completedEvent = 'conversation.item.input_audio_transcription.completed';

/**
 * Turns the service's items, which complete in any order, into utterances in the order of speech. Pure: server events
 * and our own commits and clears go in, engine events come out. `heard` is always the time of the last sample given.
 *
 *   speech_started ─▶ (deltas of a model that streams) ─▶ speech_stopped ─▶ committed ─▶ deltas ─▶ completed │ failed
 *       VAD only                                             VAD only      or by our commit
 */
export class Turns {
  readonly #redact: Redact;
  readonly #items = new Items();
  /** Ours that the service has not answered; it answers them in their order. */
  #commits: { readonly eventId: string; readonly to: StreamMs }[] = [];
  #unansweredClears = 0;
  /** Where the last utterance told ended, or the last clear was: no other begins before it. */
  #through = streamMs(0);

  constructor(redact: Redact) {
    this.#redact = redact;
  }

  /** Whether the service owes nothing: no answer to a commit or a clear, no text of a committed item. */
  get areOver(): boolean {
    return this.#commits.length === 0 && this.#unansweredClears === 0 && !this.#items.hasCommitted;
  }

  /** We have told the service to make an item of the audio before `to`. */
  commit(eventId: string, to: StreamMs): void {
    this.#commits.push({ eventId, to });
    if (this.#commits.length > mostCommits) this.#commits.shift();
  }

  /** We have told the service to forget its audio. Whatever it says until it answers is about audio before `at`. */
  clear(at: StreamMs): void {
    this.#items.clear();
    this.#commits = [];
    this.#unansweredClears += 1;
    this.#through = at;
  }

  /**
   * The service has refused our commit of this name, or the oldest one. Without a `fault` there was nothing to commit;
   * with one the audio has no text, which is told in its turn. `undefined` when no such commit is waiting.
   */
  refuse(eventId: string | undefined, fault: UpstreamFault | undefined, heard: StreamMs): EngineEvent[] | undefined {
    const index = eventId === undefined ? 0 : this.#commits.findIndex((commit) => commit.eventId === eventId);
    const [commit] = index < 0 ? [] : this.#commits.splice(index, 1);
    if (!commit) return undefined;
    const item = fault && this.#items.item(commit.eventId);
    if (!item) return [];
    item.end = commit.to;
    item.outcome = { kind: 'failed', error: utteranceFailed(fault, this.#redact) };
    this.#items.commit(item, undefined);
    return this.#tell(heard);
  }

  apply(event: TurnEvent, heard: StreamMs): EngineEvent[] {
    if (this.#unansweredClears > 0) {
      this.#drop(event);
      return [];
    }
    if (event.type === 'input_audio_buffer.cleared') return [];
    const item = this.#items.item(event.item_id);
    if (!item) return [];
    this.#note(item, event, heard);
    const givenUp = this.#items.isOverfull ? this.#giveUpOldest(heard) : [];
    return [...givenUp, ...this.#tell(heard)];
  }

  #drop(event: TurnEvent): void {
    switch (event.type) {
      case 'input_audio_buffer.cleared':
        this.#unansweredClears -= 1;
        return;
      case 'input_audio_buffer.committed':
      case 'conversation.item.input_audio_transcription.completed':
      case 'conversation.item.input_audio_transcription.failed':
        return this.#items.end(event.item_id);
      case 'input_audio_buffer.speech_started':
      case 'input_audio_buffer.speech_stopped':
      case 'conversation.item.input_audio_transcription.delta':
        // Of an item still being spoken: what the service commits under its name later is audio after the clear.
        return;
      default:
        event satisfies never;
    }
  }

  #note(item: Item, event: Exclude<TurnEvent, { type: 'input_audio_buffer.cleared' }>, heard: StreamMs): void {
    switch (event.type) {
      case 'input_audio_buffer.speech_started':
        item.start = streamMs(event.audio_start_ms);
        return;
      case 'input_audio_buffer.speech_stopped':
        item.end = streamMs(event.audio_end_ms);
        return;
      case 'input_audio_buffer.committed':
        return this.#committed(item, event.previous_item_id, heard);
      case 'conversation.item.input_audio_transcription.delta':
        if (item.text.length >= longestText || !event.delta) return;
        item.text += event.delta;
        item.isFresh = true;
        return;
      case 'conversation.item.input_audio_transcription.completed':
        item.outcome ??= { kind: 'completed', transcript: event.transcript };
        // Some servers of the protocol say no `committed`.
        return this.#committed(item, undefined, heard);
      case 'conversation.item.input_audio_transcription.failed':
        item.outcome ??= { kind: 'failed', error: utteranceFailed(event.error, this.#redact) };
        return this.#committed(item, undefined, heard);
      default:
        event satisfies never;
    }
  }

  #committed(item: Item, previous: string | null | undefined, heard: StreamMs): void {
    if (this.#items.isCommitted(item)) return;
    // The service's own end of an utterance was told before; without one it was our commit that cut it.
    item.end ??= this.#commits.shift()?.to ?? heard;
    if (item.start === undefined) this.#adoptStart(item);
    this.#items.commit(item, previous);
  }

  /** A commit may make an item of its own name out of the utterance that the service was hearing. */
  #adoptStart(item: Item): void {
    const { open } = this.#items;
    if (open === undefined || open === item || open.start === undefined || open.end !== undefined) return;
    item.start = open.start;
    if (item.text === '') item.text = open.text;
    this.#items.forget(open.id);
  }

  #giveUpOldest(heard: StreamMs): EngineEvent[] {
    const oldest = this.#items.first;
    if (oldest) {
      const message = 'OpenAI never gave the text of this utterance.';
      oldest.outcome ??= { kind: 'failed', error: new EngineError('utterance_failed', message) };
    } else if (this.#items.open) {
      this.#items.forget(this.#items.open.id);
    }
    return this.#tell(heard);
  }

  /** What can be told now: the finished items at the head, then the newest text of the one that follows. */
  #tell(heard: StreamMs): EngineEvent[] {
    const events: EngineEvent[] = [];
    for (let item = this.#items.first; item?.outcome; item = this.#items.first) {
      events.push(this.#outcome(item, item.outcome, heard), { kind: 'settled', through: this.#through });
      this.#items.end(item.id);
    }
    const speaking = this.#items.hasCommitted ? this.#items.first : this.#items.open;
    if (speaking?.isFresh) {
      speaking.isFresh = false;
      const { text } = speaking;
      events.push({ kind: 'hypothesis', ...this.#span(speaking, heard), text, vendorEvent: deltaEvent });
    }
    return events;
  }

  #outcome(item: Item, outcome: NonNullable<Item['outcome']>, heard: StreamMs): EngineEvent {
    const span = this.#span(item, heard);
    this.#through = span.end;
    if (outcome.kind === 'failed') return { kind: 'failed', ...span, error: outcome.error };
    return { kind: 'utterance', ...span, text: outcome.transcript, vendorEvent: completedEvent };
  }

  /** Within what was given, and not before the end of the last one: the service pads the beginnings. */
  #span(item: Item, heard: StreamMs): { readonly start: StreamMs; readonly end: StreamMs } {
    const end = Math.max(Math.min(item.end ?? heard, heard), this.#through);
    const start = Math.min(Math.max(item.start ?? this.#through, this.#through), end);
    return { start: streamMs(start), end: streamMs(end) };
  }
}
