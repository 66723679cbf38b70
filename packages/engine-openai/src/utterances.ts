import { type StreamMs, streamMs } from '@live-transcribe/audio';
import type { EngineEvent } from '@live-transcribe/core';
import type { Item, Items } from './items.ts';
import type { Outcome } from './outcome.ts';
import { type Price, priced } from './prices.ts';
import { bySpeaker, type Span } from './speakers.ts';

const deltaEvent = 'conversation.item.input_audio_transcription.delta';
const completedEvent = 'conversation.item.input_audio_transcription.completed';

/** Tells items as utterances, in the order of speech, each in its place after the one before. `heard` as in `Turns`. */
export class Utterances {
  readonly #items: Items;
  readonly #price: Price | undefined;
  #through = streamMs(0);
  #settled = streamMs(0);

  constructor(items: Items, price: Price | undefined) {
    this.#items = items;
    this.#price = price;
  }

  /** Where the last utterance told ended, or the last clear was: no other begins before it. */
  get through(): StreamMs {
    return this.#through;
  }

  /** Audio before this is of no more use to anybody. */
  get settled(): StreamMs {
    return this.#settled;
  }

  /** Nothing that was said before `at` is told any more. */
  skipTo(at: StreamMs): void {
    this.#through = at;
  }

  /** What is before `through` is no speech and belongs to no item. */
  settle(through: StreamMs): EngineEvent[] {
    if (through <= this.#settled) return [];
    this.#settled = through;
    return [{ kind: 'settled', through }];
  }

  /**
   * What can be told now: the finished items at the head, then the newest text of the one that follows. `begun` is where
   * this gateway has heard that one begin, where it has.
   */
  tell(heard: StreamMs, begun: StreamMs | undefined): EngineEvent[] {
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
      const { start, end } = this.#span(speaking, heard, begun);
      events.push({ kind: 'hypothesis', start, end, text: speaking.text, vendorEvent: deltaEvent });
    }
    return events;
  }

  #outcome(item: Item, outcome: Outcome, heard: StreamMs): EngineEvent[] {
    const span = this.#span(item, heard, undefined);
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
  #span(item: Item, heard: StreamMs, begun: StreamMs | undefined): Span {
    const end = Math.max(Math.min(item.end ?? heard, heard), this.#through);
    const from = item.start ?? (this.#items.isCommitted(item) ? undefined : begun) ?? this.#through;
    const start = Math.min(Math.max(from, this.#through), end);
    return { start: streamMs(start), end: streamMs(end) };
  }
}
