import { type StreamMs, streamMs } from '@live-transcribe/audio';
import { EngineError, type EngineEvent } from '@live-transcribe/core';
import { type Item, Items } from './items.ts';
import { completion } from './outcome.ts';
import { type Commit, OwnCommits } from './own-commits.ts';
import type { Price } from './prices.ts';
import type { ServerEvent } from './server-events.ts';
import type { Service } from './service.ts';
import { type UpstreamFault, utteranceFailed } from './upstream-fault.ts';
import { Utterances } from './utterances.ts';

/** The server events that are about audio and what it says. */
export type TurnEvent = Exclude<ServerEvent, { type: 'session.created' | 'session.updated' | 'error' }>;

/** In characters of one item: an hour of speech is shorter. `completed` brings the whole text all the same. */
const longestText = 100_000;
/** Of one item; a conversation has fewer changes of speaker in an hour. */
const mostSegments = 4_096;

/**
 * Turns the service's items, which complete in any order, into utterances in the order of speech. Pure: server events
 * and our own commits and clears go in, engine events come out. `heard` is always the time of the last sample given.
 *
 *   speech_started ─▶ (deltas of a model that streams) ─▶ speech_stopped ─▶ committed ─▶ deltas ─▶ completed │ failed
 *       VAD only                                             VAD only      or by our commit
 */
export class Turns {
  readonly #service: Service;
  readonly #items = new Items();
  readonly #commits = new OwnCommits();
  readonly #utterances: Utterances;
  #unansweredClears = 0;

  /** `price` is the model's, where it is known. */
  constructor(service: Service, price?: Price) {
    this.#service = service;
    this.#utterances = new Utterances(this.#items, price);
  }

  /** Whether the service owes nothing: no answer to a commit or a clear, no text of a committed item. */
  get areOver(): boolean {
    return this.#commits.oldest === undefined && this.#unansweredClears === 0 && !this.#items.hasCommitted;
  }

  /** Whether the service has said that somebody is speaking. */
  get areOpen(): boolean {
    return this.#items.open !== undefined;
  }

  /** Whether the service neither owes anything nor hears anybody speak. */
  get areQuiet(): boolean {
    return this.areOver && !this.areOpen;
  }

  /** The audio that the service has owed an answer about for longest, by its end; `undefined` when it owes none. */
  get owed(): StreamMs | undefined {
    if (this.#unansweredClears > 0) return this.#utterances.through;
    const { oldest } = this.#items;
    return oldest ? (oldest.through ?? oldest.end) : this.#commits.oldest?.to;
  }

  /** Audio before this is of no more use to anybody. */
  get settled(): StreamMs {
    return this.#utterances.settled;
  }

  /** Whether all that was said before `time` has been told, or cleared. */
  covers(time: number): boolean {
    return time <= this.#utterances.through;
  }

  /** This gateway has heard speech begin, in a session in which the service does not listen for that. */
  begin(at: StreamMs): void {
    this.#commits.begin(at);
  }

  /** We have told the service to make an item of the audio before `to`; the speech in it ended at `end` if that is known. */
  commit(eventId: string, to: StreamMs, end?: StreamMs): void {
    this.#commits.add(eventId, to, end);
  }

  /** We have told the service to forget its audio. Whatever it says until it answers is about audio before `at`. */
  clear(at: StreamMs): void {
    this.#items.clear();
    this.#commits.clear();
    this.#unansweredClears += 1;
    this.#utterances.skipTo(at);
  }

  /** What is before `through` is no speech and belongs to no item. */
  settle(through: StreamMs): EngineEvent[] {
    return this.areQuiet ? this.#utterances.settle(through) : [];
  }

  /**
   * The service has refused our commit of this name, or the oldest one. Without a `fault` there was nothing to commit;
   * with one the audio has no text, which is told in its turn. `undefined` when no such commit is waiting.
   */
  refuse(eventId: string | undefined, fault: UpstreamFault | undefined, heard: StreamMs): EngineEvent[] | undefined {
    const commit = this.#commits.take(eventId);
    if (!commit) return undefined;
    const item = fault && this.#items.item(commit.eventId);
    if (!item) return [];
    this.#cover(item, commit);
    item.outcome = { kind: 'failed', error: utteranceFailed(fault, this.#service) };
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
    if (this.#items.isOverfull) this.#giveUpOldest();
    return this.#tell(heard);
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
      case 'conversation.item.input_audio_transcription.segment':
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
      case 'conversation.item.input_audio_transcription.segment': {
        const { text, speaker, start, end } = event;
        if (item.segments.length >= mostSegments) return;
        item.segments.push({ text, speaker, startMs: start * 1000, endMs: end * 1000 });
        return;
      }
      case 'conversation.item.input_audio_transcription.completed':
        item.outcome ??= completion(event);
        // Some servers of the protocol say no `committed`.
        return this.#committed(item, undefined, heard);
      case 'conversation.item.input_audio_transcription.failed':
        item.outcome ??= { kind: 'failed', error: utteranceFailed(event.error, this.#service) };
        return this.#committed(item, undefined, heard);
      default:
        event satisfies never;
    }
  }

  #committed(item: Item, previous: string | null | undefined, heard: StreamMs): void {
    if (this.#items.isCommitted(item)) return;
    // The service's own end of an utterance was told before; without one it was our commit that cut it.
    if (item.end === undefined)
      this.#cover(item, this.#commits.take() ?? { to: heard, start: undefined, end: undefined });
    if (item.start === undefined) this.#adoptStart(item);
    this.#items.commit(item, previous);
  }

  #cover(item: Item, { to, start, end }: Omit<Commit, 'eventId'>): void {
    item.start ??= start;
    item.end = end ?? to;
    item.through = to;
  }

  /** A commit may make an item of its own name out of the utterance that the service was hearing. */
  #adoptStart(item: Item): void {
    const { open } = this.#items;
    if (open === undefined || open === item || open.start === undefined || open.end !== undefined) return;
    item.start = open.start;
    if (item.text === '') item.text = open.text;
    this.#items.forget(open.id);
  }

  #giveUpOldest(): void {
    const oldest = this.#items.first;
    if (oldest) {
      const message = `The text of this utterance never came from ${this.#service.name}.`;
      oldest.outcome ??= { kind: 'failed', error: new EngineError('utterance_failed', message) };
      this.#items.giveUp(oldest.id);
    } else if (this.#items.open) {
      this.#items.forget(this.#items.open.id);
    }
  }

  #tell(heard: StreamMs): EngineEvent[] {
    return this.#utterances.tell(heard, this.#commits.begun);
  }
}
