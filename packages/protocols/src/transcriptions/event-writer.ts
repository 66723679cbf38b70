import type { EventFault, LoggedEvent, Partial, SessionEvent, TimelineWord, Usage } from '@live-transcribe/core';
import { seconds } from '../seconds.ts';
import type { PartialMode } from './schema.ts';

/** What a client that may come back has to know, in seconds. */
export interface ResumingTimes {
  /** For how long the engine listens on after a lost connection. */
  readonly resumeSeconds: number;
  /** How often at least the server says something: a line that is silent for longer is dead. */
  readonly heartbeatSeconds: number;
}

export interface WriterOptions {
  readonly partials: PartialMode;
  readonly words: boolean;
  /** Where the reader may come back. */
  readonly resuming: ResumingTimes | undefined;
  /** Whether events carry their number. */
  readonly numbered: boolean;
  /** Whether the reader may have been shown a part of the open segment before. */
  readonly continues: boolean;
}

type Opened = Pick<Extract<LoggedEvent, { kind: 'opened' }>, 'session' | 'engine' | 'model' | 'language'>;
type Closed = Extract<LoggedEvent, { kind: 'closed' }>;

/** Session events in the words of `/v1/transcriptions`, for one reader. */
export class EventWriter {
  readonly #options: WriterOptions;
  /** What a reader of deltas has been shown of the open segment; `undefined` while that is not known. */
  #shown: { readonly segment: number; readonly text: string } | undefined;

  constructor(options: WriterOptions) {
    this.#options = options;
    if (!options.continues) this.#shown = { segment: -1, text: '' };
  }

  write(event: SessionEvent): string | undefined {
    switch (event.kind) {
      case 'opened':
        return JSON.stringify(this.describe(event));
      case 'partial':
        return this.#partial(event);
      case 'final': {
        const { text, speaker, confidence } = event;
        const words = this.#options.words ? event.words?.map(wordOf) : undefined;
        return JSON.stringify({ final: text, ...placeOf(event), speaker, confidence, words, ...this.#number(event) });
      }
      case 'words': {
        if (!this.#options.words) return undefined;
        return JSON.stringify({ words: event.words.map(wordOf), segment: event.segment, ...this.#number(event) });
      }
      case 'segment_failed': {
        const { message, code } = event.error;
        return JSON.stringify({ error: message, code, ...placeOf(event), ...this.#number(event) });
      }
      case 'gap': {
        const { start, end, reason } = event;
        const error = `The audio from ${seconds(start)} s to ${seconds(end)} s has no transcript. ${reason.message}`;
        const place = { start: seconds(start), end: seconds(end) };
        return JSON.stringify({ error, code: reason.code, ...place, ...this.#number(event) });
      }
      case 'closed':
        return this.#closed(event);
      case 'resumed':
      case 'covered':
      case 'engine_changed':
        return undefined;
      default:
        return event satisfies never;
    }
  }

  /** What a client is told of its session when it begins. */
  describe({ session, engine, model, language }: Opened) {
    return {
      session_id: session,
      engine,
      model,
      language: language ?? 'auto',
      resumable_s: this.#options.resuming?.resumeSeconds,
      heartbeat_s: this.#options.resuming?.heartbeatSeconds,
    };
  }

  #closed(event: Closed): string {
    if (event.error) return writeFault(event.error);
    return JSON.stringify({
      ended: true,
      duration: seconds(event.duration),
      segments: event.segments,
      usage: event.usage && usageOf(event.usage),
      ...this.#number(event),
    });
  }

  #partial(event: Partial): string | undefined {
    switch (this.#options.partials) {
      case 'off':
        return undefined;
      case 'text':
        return JSON.stringify({ partial: event.text, ...placeOf(event) });
      case 'delta': {
        const shown = this.#shown?.segment === event.segment ? this.#shown.text : '';
        // What an engine takes back cannot be said by a delta, nor what follows on something that is not known: the whole
        // text then replaces what was shown.
        const whole = this.#shown === undefined || !event.text.startsWith(shown);
        this.#shown = { segment: event.segment, text: event.text };
        if (whole) return JSON.stringify({ partial: event.text, ...placeOf(event) });
        return JSON.stringify({ delta: event.text.slice(shown.length), ...placeOf(event) });
      }
      default:
        return this.#options.partials satisfies never;
    }
  }

  #number({ seq }: LoggedEvent): { readonly seq?: number } {
    return this.#options.numbered ? { seq } : {};
  }
}

export const writeFault = ({ code, message }: EventFault): string => JSON.stringify({ error: message, code });

const placeOf = ({ segment, start, end }: Pick<Partial, 'segment' | 'start' | 'end'>) => ({
  segment,
  start: seconds(start),
  end: seconds(end),
});

const wordOf = ({ text, start, end, confidence }: TimelineWord) => ({
  word: text,
  start: seconds(start),
  end: seconds(end),
  confidence,
});

/** Seconds to the millisecond: sums of fractions have tails that nobody reads. */
const usageOf = ({ audioSeconds, inputTokens, outputTokens, cost }: Usage) => ({
  audio_seconds: audioSeconds === undefined ? undefined : Math.round(audioSeconds * 1000) / 1000,
  input_tokens: inputTokens,
  output_tokens: outputTokens,
  cost: cost === undefined ? undefined : Math.round(cost * 1e6) / 1e6,
});
