import type { EndedEvent, ErrorEvent, FinalEvent, NoticeEvent, PartialEvent, WordsEvent } from './messages.ts';
import type { Level } from './sources/source.ts';
import type { Segment } from './transcript.ts';

/**
 *   idle ─start─▶ connecting ─▶ live ⇄ reconnecting
 *                                 └──stop──▶ stopping ─last final─▶ ended
 *
 * From everywhere but `ended` it may come to `failed`; an abort by the signal leads to `ended`.
 */
export type TranscriptionState = 'idle' | 'connecting' | 'live' | 'reconnecting' | 'stopping' | 'ended' | 'failed';

/** How much audio has left, in bytes; for a file `size` is all of it. */
export interface Progress {
  readonly sent: number;
  readonly size: number | undefined;
}

export interface TranscriptionEventMap {
  readonly partial: PartialEvent;
  readonly final: FinalEvent;
  readonly words: WordsEvent;
  readonly notice: NoticeEvent;
  readonly error: ErrorEvent;
  readonly ended: EndedEvent;
  readonly state: TranscriptionState;
  readonly segments: readonly Segment[];
  readonly level: Level;
  readonly progress: Progress;
}

export type Listener<T> = (value: T) => void;

export interface ListenOptions {
  /** Removes the listener. */
  readonly signal?: AbortSignal;
}
