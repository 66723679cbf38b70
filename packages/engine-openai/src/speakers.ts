import { type StreamMs, streamMs } from '@live-transcribe/audio';

/** A stretch of an item that one speaker spoke; times in ms, as the service counts them. */
export interface SpeakerSegment {
  readonly text: string;
  readonly speaker: string;
  readonly startMs: number;
  readonly endMs: number;
}

export interface Span {
  readonly start: StreamMs;
  readonly end: StreamMs;
}

/** What one speaker said at one go. */
export interface Speech extends Span {
  readonly text: string;
  readonly speaker?: string;
}

/** The service rounds, and counts the silence that ended the item in one place and not in the other. */
const slackMs = 500;

/**
 * An item's text by speaker, in the order of speech; segments of one speaker in a row are one. Where the segments hold
 * less than the transcript it counts as a whole: a word without its speaker is better than none.
 */
export function bySpeaker(transcript: string, segments: readonly SpeakerSegment[], span: Span): Speech[] {
  const runs = joined([...segments].sort((a, b) => a.startMs - b.startMs));
  const [only] = runs;
  const said = lettersOf(runs.map(({ text }) => text).join(''));
  if (!only || said.length < lettersOf(transcript).length) {
    return [{ ...span, text: transcript, ...(runs.length === 1 && only && { speaker: only.speaker }) }];
  }
  // Nowhere is it written whether the seconds count from the item or from the session: only the latter reach beyond it.
  const latest = Math.max(...runs.map(({ endMs }) => endMs));
  const origin = latest > span.end - span.start + slackMs ? 0 : span.start;
  return placed(runs, origin, span);
}

function joined(segments: readonly SpeakerSegment[]): SpeakerSegment[] {
  const runs: SpeakerSegment[] = [];
  for (const segment of segments) {
    const last = runs.at(-1);
    if (last?.speaker !== segment.speaker) runs.push(segment);
    else
      runs[runs.length - 1] = {
        ...last,
        text: `${last.text.trimEnd()} ${segment.text.trimStart()}`,
        endMs: Math.max(last.endMs, segment.endMs),
      };
  }
  return runs.map((run) => ({ ...run, text: run.text.trim() }));
}

/** Within the item's span, none before the end of the one before it. */
function placed(runs: readonly SpeakerSegment[], origin: number, span: Span): Speech[] {
  let free: number = span.start;
  return runs.map(({ text, speaker, startMs, endMs }) => {
    const start = Math.min(Math.max(origin + startMs, free), span.end);
    const end = Math.min(Math.max(origin + endMs, start), span.end);
    free = end;
    return { text, speaker, start: streamMs(start), end: streamMs(end) };
  });
}

const lettersOf = (text: string): string => text.toLowerCase().replace(/[^\p{L}\p{N}]/gu, '');
