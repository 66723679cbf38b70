import { type TimelineMs, timelineMs } from '@live-transcribe/audio';
import type { EngineEvent, Word } from '../ports/engine.ts';
import type { EventFault, LoggedFact, Partial, Span, TimelineWord } from './events.ts';
import type { Timeline } from './timeline.ts';

export type Utterance = Extract<EngineEvent, { kind: 'utterance' }>;
export type Failure = Extract<EngineEvent, { kind: 'failed' }>;
export type Final = Extract<LoggedFact, { kind: 'final' }>;
type Hypothesis = Extract<EngineEvent, { kind: 'hypothesis' }>;

/**
 * The segments of a session: numbers them, puts them on the timeline, and closes each exactly once. A segment opens
 * with its first text, so that noise taken for speech leaves no trace.
 */
export class Transcript {
  readonly #timeline: Timeline;
  #closed: number;
  #open: Partial | undefined;
  #lastEnd: TimelineMs;
  #clearedBefore = -1;

  /** Goes on after `segments` closed ones, the last of which ended no later than `lastEnd`. */
  constructor(timeline: Timeline, segments = 0, lastEnd = timelineMs(0)) {
    this.#timeline = timeline;
    this.#closed = segments;
    this.#lastEnd = lastEnd;
  }

  /** How many segments have been closed. */
  get segments(): number {
    return this.#closed;
  }

  /** Drops the open segment; what is still said about audio before the session's sample `position` is not heard. */
  clear(position: number): void {
    this.#open = undefined;
    this.#clearedBefore = position;
  }

  hypothesis(event: Hypothesis): Partial | undefined {
    if (this.isCleared(event) || (event.text === '' && !this.#open)) return undefined;
    const { text, vendorEvent } = event;
    this.#open = { kind: 'partial', segment: this.#closed, ...this.#span(event), text, vendorEvent };
    return this.#open;
  }

  utterance(event: Utterance): Final | undefined {
    if (this.isCleared(event) || (event.text === '' && !this.#open)) return undefined;
    return {
      kind: 'final',
      ...this.#close(this.#span(event)),
      text: event.text,
      vendorEvent: event.vendorEvent,
      ...(event.words && { words: event.words.map((word) => this.#word(word)) }),
      ...(event.confidence !== undefined && { confidence: event.confidence }),
      ...(event.speaker !== undefined && { speaker: event.speaker }),
      ...(event.usage && { usage: event.usage }),
    };
  }

  failed(event: Failure): LoggedFact | undefined {
    if (this.isCleared(event)) return undefined;
    const { code, message } = event.error;
    return { kind: 'segment_failed', ...this.#close(this.#span(event)), error: { code, message } };
  }

  /** Closes the open segment, if there is one: no more is coming. */
  abandon(error: EventFault): LoggedFact | undefined {
    if (!this.#open) return undefined;
    const { start, end } = this.#open;
    return { kind: 'segment_failed', ...this.#close({ start, end }), error };
  }

  /** Whether the client wanted nothing of this. */
  isCleared(event: Utterance | Hypothesis | Failure): boolean {
    return this.#timeline.position(event.end) <= this.#clearedBefore;
  }

  #close(span: Span) {
    const segment = this.#closed;
    this.#closed += 1;
    this.#open = undefined;
    this.#lastEnd = span.end;
    return { segment, ...span };
  }

  /** Engines pad the start of an utterance; on the timeline no segment begins before the last one has ended. */
  #span(event: Utterance | Hypothesis | Failure): Span {
    const start = timelineMs(Math.max(this.#timeline.time(event.start), this.#lastEnd));
    return { start, end: timelineMs(Math.max(this.#timeline.time(event.end), start)) };
  }

  #word(word: Word): TimelineWord {
    return { ...word, start: this.#timeline.time(word.start), end: this.#timeline.time(word.end) };
  }
}
