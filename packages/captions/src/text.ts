import { type CaptionSegment, oneLine } from './segment.ts';

/** One line per segment, with `Name: ` where the speaker changes; segments without text are left out. */
export function toText(segments: readonly CaptionSegment[]): string {
  let speaking: string | undefined;
  let lines = '';
  for (const { text, speaker } of segments) {
    const line = oneLine(text);
    if (line === '') continue;
    const name = speaker === undefined ? undefined : oneLine(speaker) || undefined;
    lines += name === undefined || name === speaking ? `${line}\n` : `${name}: ${line}\n`;
    speaking = name;
  }
  return lines;
}
