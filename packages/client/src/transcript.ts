import type { TranscriptionEvent } from './messages.ts';

/** One utterance. Times are seconds of audio since the session's first sample. */
export interface Segment {
  readonly index: number;
  readonly start: number;
  readonly end: number;
  readonly text: string;
  /** A partial's text may still change, a final's never does. */
  readonly state: 'partial' | 'final';
}

/**
 * The segments after `event`, ordered by index, each index once, none without text. A segment that the event does not
 * concern stays the same object, and so does the whole list when nothing changes.
 */
export function applyEvent(segments: readonly Segment[], event: TranscriptionEvent): readonly Segment[] {
  switch (event.kind) {
    case 'partial':
    case 'final': {
      const { kind: state, segment: index, start, end, text } = event;
      return text.trim() === '' ? without(segments, index) : placed(segments, { index, start, end, text, state });
    }
    case 'error':
      return event.segment === undefined ? segments : without(segments, event.segment);
    case 'ended':
      return segments;
    default:
      return event satisfies never;
  }
}

function placed(segments: readonly Segment[], next: Segment): readonly Segment[] {
  // Almost always the last one, or a new one after it.
  const before = segments.findLastIndex(({ index }) => index <= next.index);
  const found = segments[before];
  if (found?.index !== next.index) return segments.toSpliced(before + 1, 0, next);
  return found.state === 'final' ? segments : segments.with(before, next);
}

function without(segments: readonly Segment[], index: number): readonly Segment[] {
  const at = segments.findLastIndex((segment) => segment.index === index && segment.state === 'partial');
  return at === -1 ? segments : segments.toSpliced(at, 1);
}
