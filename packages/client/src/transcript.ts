import type { FinalEvent, PartialEvent, TranscriptionEvent, Word } from './messages.ts';

/** One utterance. Times are seconds of audio since the session's first sample. */
export interface Segment {
  readonly index: number;
  readonly start: number;
  readonly end: number;
  /** Of a segment that failed: what its last partial said, possibly nothing. */
  readonly text: string;
  /** A partial's text may still change, a final's never does; one that failed gets no better text any more. */
  readonly state: 'partial' | 'final' | 'failed';
  readonly words?: readonly Word[];
  readonly speaker?: string;
  /** 0 to 1. */
  readonly confidence?: number;
}

/**
 * The segments after `event`, ordered by index, each index once; none without text but those that failed. A segment that
 * the event does not concern stays the same object, and so does the whole list when nothing changes.
 */
export function applyEvent(segments: readonly Segment[], event: TranscriptionEvent): readonly Segment[] {
  switch (event.kind) {
    case 'partial':
    case 'final':
      return event.text.trim() === '' ? without(segments, event.segment) : placed(segments, segmentOf(event));
    case 'words':
      return withWords(segments, event.segment, event.words);
    case 'error': {
      const { segment: index, start = 0, end = start } = event;
      if (index === undefined) return segments;
      const text = segments.findLast((segment) => segment.index === index)?.text ?? '';
      return placed(segments, { index, start, end, text, state: 'failed' });
    }
    case 'notice':
    case 'ended':
      return segments;
    default:
      return event satisfies never;
  }
}

/** What a segment was made by. */
export function eventOf({ state, index: segment, ...spoken }: Segment): TranscriptionEvent {
  if (state !== 'failed') return { kind: state, segment, ...spoken };
  const { start, end } = spoken;
  const message = 'There is no better text of this segment.';
  return { kind: 'error', code: 'utterance_failed', message, segment, start, end, fatal: false };
}

/** Where nothing more will come: what is still open has failed. */
export function closeOpen(segments: readonly Segment[]): readonly Segment[] {
  if (!segments.some(isOpen)) return segments;
  return segments.map((segment) => (isOpen(segment) ? { ...segment, state: 'failed' } : segment));
}

/** Whether an event is the final of a segment that has its text already, which never changes. */
export function isToldAgain(segments: readonly Segment[], event: TranscriptionEvent): boolean {
  if (event.kind !== 'final') return false;
  const found = segments.findLast(({ index }) => index <= event.segment);
  return found?.index === event.segment && found.state === 'final';
}

const isOpen = ({ state }: Segment): boolean => state === 'partial';

const segmentOf = ({ kind: state, segment: index, ...spoken }: PartialEvent | FinalEvent): Segment => ({
  index,
  ...spoken,
  state,
});

function placed(segments: readonly Segment[], next: Segment): readonly Segment[] {
  // Almost always the last one, or a new one after it.
  const before = segments.findLastIndex(({ index }) => index <= next.index);
  const found = segments[before];
  if (found?.index !== next.index) return segments.toSpliced(before + 1, 0, next);
  return isOpen(found) ? segments.with(before, next) : segments;
}

function without(segments: readonly Segment[], index: number): readonly Segment[] {
  const at = segments.findLastIndex((segment) => segment.index === index && isOpen(segment));
  return at === -1 ? segments : segments.toSpliced(at, 1);
}

function withWords(segments: readonly Segment[], index: number, words: readonly Word[]): readonly Segment[] {
  const at = segments.findLastIndex((segment) => segment.index === index && segment.state === 'final');
  const found = segments[at];
  return found === undefined ? segments : segments.with(at, { ...found, words });
}
