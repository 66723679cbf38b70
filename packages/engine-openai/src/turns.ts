import { type StreamMs, streamMs } from '@live-transcribe/audio';
import { EngineError, type EngineEvent } from '@live-transcribe/core';
import { type Item, Items } from './items.ts';
import { completion, type Outcome } from './outcome.ts';
import { type Price, priced } from './prices.ts';
import type { Redact } from './redact.ts';
import type { ServerEvent } from './server-events.ts';
import { bySpeaker, type Span } from './speakers.ts';
import { type UpstreamFault, utteranceFailed } from './upstream-fault.ts';

/** The server events that are about audio and what it says. */
export type TurnEvent = Exclude<ServerEvent, { type: 'session.created' | 'session.updated' | 'error' }>;

/** In characters of one item: an hour of speech is shorter. `completed` brings the whole text all the same. */
const longestText = 100_000;
/** Of one item; a conversation has fewer changes of speaker in an hour. */
const mostSegments = 4_096;
/** Commits that the service never answers; each stands for at least 100 ms of audio. */
const mostCommits = 1_024;

interface Commit {
  readonly eventId: string;
  /** The audio that it makes an item of ends here. */
  readonly to: StreamMs;
  /** Where this gateway heard the utterance begin and end. */
  readonly start: StreamMs | undefined;
  readonly end: StreamMs | undefined;
}

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
  readonly #price: Price | undefined;
  readonly #items = new Items();
  /** Ours that the service has not answered; it answers them in their order. */
  #commits: Commit[] = [];
  #unansweredClears = 0;
  /** Where the last utterance told ended, or the last clear was: no other begins before it. */
  #through = streamMs(0);
  #settled = streamMs(0);
  /** Where this gateway heard speech begin that is not committed yet. */
  #begun: StreamMs | undefined;

  /** `price` is the model's, where it is known. */
  constructor(redact: Redact, price?: Price) {
    this.#redact = redact;
    this.#price = price;
  }

  /** Whether the service owes nothing: no answer to a commit or a clear, no text of a committed item. */
  get areOver(): boolean {
    return this.#commits.length === 0 && this.#unansweredClears === 0 && !this.#items.hasCommitted;
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
    if (this.#unansweredClears > 0) return this.#through;
    const { oldest } = this.#items;
    return oldest ? (oldest.through ?? oldest.end) : this.#commits[0]?.to;
  }

  /** This gateway has heard speech begin, in a session in which the service does not listen for that. */
  begin(at: StreamMs): void {
    this.#begun = at;
  }

  /** We have told the service to make an item of the audio before `to`; the speech in it ended at `end` if that is known. */
  commit(eventId: string, to: StreamMs, end?: StreamMs): void {
    this.#commits.push({ eventId, to, start: this.#begun, end });
    this.#begun = undefined;
    if (this.#commits.length > mostCommits) this.#commits.shift();
  }

  /** We have told the service to forget its audio. Whatever it says until it answers is about audio before `at`. */
  clear(at: StreamMs): void {
    this.#items.clear();
    this.#commits = [];
    this.#unansweredClears += 1;
    this.#through = at;
    this.#begun = undefined;
  }

  /** What is before `through` is no speech and belongs to no item. */
  settle(through: StreamMs): EngineEvent[] {
    if (through <= this.#settled || !this.areQuiet) return [];
    this.#settled = through;
    return [{ kind: 'settled', through }];
  }

  /** Whether all that was said before `time` has been told, or cleared. */
  covers(time: number): boolean {
    return time <= this.#through;
  }

  /** Audio before this is of no more use to anybody. */
  get settled(): StreamMs {
    return this.#settled;
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
    this.#cover(item, commit);
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
        item.outcome ??= { kind: 'failed', error: utteranceFailed(event.error, this.#redact) };
        return this.#committed(item, undefined, heard);
      default:
        event satisfies never;
    }
  }

  #committed(item: Item, previous: string | null | undefined, heard: StreamMs): void {
    if (this.#items.isCommitted(item)) return;
    // The service's own end of an utterance was told before; without one it was our commit that cut it.
    if (item.end === undefined)
      this.#cover(item, this.#commits.shift() ?? { to: heard, start: undefined, end: undefined });
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
      events.push(...this.#outcome(item, item.outcome, heard));
      if (this.#through > this.#settled) this.#settled = this.#through;
      events.push({ kind: 'settled', through: this.#settled });
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

  #outcome(item: Item, outcome: Outcome, heard: StreamMs): EngineEvent[] {
    const span = this.#span(item, heard);
    this.#through = streamMs(Math.max(span.end, Math.min(item.through ?? span.end, heard)));
    if (outcome.kind === 'failed') return [{ kind: 'failed', ...span, error: outcome.error }];
    const { transcript, confidence } = outcome;
    const usage = priced(outcome.usage, (span.end - span.start) / 1000, this.#price);
    return bySpeaker(transcript, item.segments, span).map((speech, index) => ({
      kind: 'utterance',
      ...speech,
      vendorEvent: completedEvent,
      ...(confidence !== undefined && { confidence }),
      // The bill is for the item as a whole.
      ...(usage && index === 0 && { usage }),
    }));
  }

  /** Within what was given, and not before the end of the last one: the service pads the beginnings. */
  #span(item: Item, heard: StreamMs): Span {
    const end = Math.max(Math.min(item.end ?? heard, heard), this.#through);
    const begun = item.start ?? (this.#items.isCommitted(item) ? undefined : this.#begun) ?? this.#through;
    const start = Math.min(Math.max(begun, this.#through), end);
    return { start: streamMs(start), end: streamMs(end) };
  }
}
