import { clock } from './clock.ts';
import { cuesOf } from './cues.ts';
import { piecesOf, withNames } from './pieces.ts';
import { type CaptionSegment } from './segment.ts';

/** SubRip captions; `Name: ` where the speaker changes. The format knows no escaping, and players show `<` as it is. */
export function toSrt(segments: readonly CaptionSegment[]): string {
  const cues = cuesOf(withNames(piecesOf(segments)));
  return cues
    .map(({ start, end, lines }, index) => {
      // What looks like a line of times would end the cue.
      const text = lines.join('\n').replaceAll('-->', '→');
      return `${index + 1}\n${clock(start, ',')} --> ${clock(end, ',')}\n${text}\n`;
    })
    .join('\n');
}
