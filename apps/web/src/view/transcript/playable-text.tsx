import { timedWords } from '@live-transcribe/captions';
import { useComputed } from '@preact/signals';
import { Fragment } from 'preact';
import { useMemo } from 'preact/hooks';
import type { Player } from '../../live/player.ts';
import type { SegmentRow } from '../../transcript/rows.ts';

export interface PlayableTextProps {
  readonly row: SegmentRow;
  readonly player: Player;
}

/** Words that play from where they were said, the one that sounds marked. By keyboard, the row's time does the same. */
export function PlayableText({ row, player }: PlayableTextProps) {
  const words = useMemo(() => timedWords(row), [row]);
  const sounding = useComputed(() => {
    const time = player.time.value + player.run.offset;
    const heard = player.playing.value || player.time.value > 0;
    return heard && time >= row.start && time <= row.end ? words.findLastIndex(({ start }) => start <= time) : -1;
  });
  const current = sounding.value;
  return (
    <>
      {words.map(({ text, glued, start }, index) => (
        <Fragment key={index}>
          {index > 0 && !glued && ' '}
          <span class="word" data-sounding={index === current || undefined} onClick={() => player.playFrom(start)}>
            {text}
          </span>
        </Fragment>
      ))}
    </>
  );
}
