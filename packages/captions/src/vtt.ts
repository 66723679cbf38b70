import { clock } from './clock.ts';
import { cuesOf } from './cues.ts';
import { piecesOf } from './pieces.ts';
import { type CaptionSegment } from './segment.ts';

const entities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;' };

/** WebVTT captions, with the speaker as the voice of each cue. */
export function toVtt(segments: readonly CaptionSegment[]): string {
  const cues = cuesOf(piecesOf(segments)).map(({ start, end, lines, speaker }) => {
    const voice = speaker === undefined ? '' : `<v ${escape(speaker)}>`;
    return `${clock(start, '.')} --> ${clock(end, '.')}\n${voice}${escape(lines.join('\n'))}\n`;
  });
  return ['WEBVTT\n', ...cues].join('\n');
}

/** Without `>` there is no `-->` either, which would be taken for a line of times. */
const escape = (text: string): string => text.replaceAll(/[&<>]/g, (character) => entities[character] ?? character);
