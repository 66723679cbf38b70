import type { TimelineMs } from '@live-transcribe/audio';
import type { ErrorCode } from '../errors.ts';
import type { Usage } from '../ports/engine.ts';

/** Place of an event in the session's log: 1, 2, 3, … without holes. */
export type Seq = number & { readonly seq: unique symbol };

export interface TimelineWord {
  readonly text: string;
  readonly start: TimelineMs;
  readonly end: TimelineMs;
  /** 0 to 1. */
  readonly confidence?: number;
}

export interface EventFault {
  readonly code: ErrorCode;
  /** A sentence for people; holds no secret. */
  readonly message: string;
}

export interface ChangeReason {
  readonly code?: ErrorCode;
  readonly message: string;
}

export interface Span {
  readonly start: TimelineMs;
  readonly end: TimelineMs;
}

/** What is counted and kept. */
export type LoggedFact =
  | {
      readonly kind: 'opened';
      readonly session: string;
      readonly engine: string;
      readonly model: string;
      readonly language: string | undefined;
    }
  /** Another run goes on with a session whose earlier one has ended; its audio goes on at `at`. */
  | {
      readonly kind: 'resumed';
      readonly at: TimelineMs;
      readonly engine: string;
      readonly model: string;
      readonly language: string | undefined;
    }
  /** The text of a closed segment; emitted once per segment, in order. */
  | (Span & {
      readonly kind: 'final';
      readonly segment: number;
      readonly text: string;
      readonly words?: readonly TimelineWord[];
      readonly confidence?: number;
      /** Who spoke, in the engine's own words for them. */
      readonly speaker?: string;
      readonly usage?: Usage;
      readonly vendorEvent: string;
    })
  /** When the words of a final sounded, where that came later than the final: its own words, each once, in order. */
  | { readonly kind: 'words'; readonly segment: number; readonly words: readonly TimelineWord[] }
  /** The segment is closed without a text; the session goes on. */
  | (Span & { readonly kind: 'segment_failed'; readonly segment: number; readonly error: EventFault })
  /** Audio that no engine will hear any more. */
  | (Span & { readonly kind: 'gap'; readonly reason: EventFault })
  /**
   * A new engine connection took the place of one that had opened, from `at` on; what no final covered is given to it
   * again. `planned`: the engine had asked for it, and the reason has no code.
   */
  | {
      readonly kind: 'engine_changed';
      readonly at: TimelineMs;
      readonly planned: boolean;
      readonly reason: ChangeReason;
    }
  /**
   * The last event of a run: nobody speaks any more. `stopped`: the speaker has said so, and all was heard, so that no
   * later run goes on with the session. `error` tells what ended it early; `usage` is all that the engine counted in this
   * run; `segments` counts those of the whole session.
   */
  | {
      readonly kind: 'closed';
      readonly duration: TimelineMs;
      readonly segments: number;
      readonly stopped?: true;
      readonly usage?: Usage;
      readonly error?: EventFault;
    };

export type LoggedEvent = LoggedFact & { readonly seq: Seq };

/** The best text so far of the open segment: replaces the one before, is never stored, may be dropped. */
export interface Partial extends Span {
  readonly kind: 'partial';
  readonly segment: number;
  readonly text: string;
  readonly vendorEvent: string;
}

/**
 * All that was said before `through` is told by the events before this one: the audio up to there will never be needed
 * again. A later one replaces it.
 */
export interface Covered {
  readonly kind: 'covered';
  readonly through: TimelineMs;
}

/** Counted is durable; uncounted is replaceable. */
export type SessionEvent = LoggedEvent | Partial | Covered;
