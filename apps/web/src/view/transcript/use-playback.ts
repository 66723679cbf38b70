import type { ReadonlySignal } from '@preact/signals';
import { effect } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import type { Player } from '../../live/player.ts';
import type { Reading } from '../../transcript/reading.ts';
import type { Row } from '../../transcript/rows.ts';

/** Keeps what sounds in view, for as long as the person looks at it. */
export function usePlayback(player: Player | undefined, { rows, scroller }: Reading): void {
  useEffect(() => {
    if (player === undefined) return;
    let before = -1;
    return effect(() => {
      const row = sounding(rows, player);
      if (row !== -1 && row !== before) {
        if (before !== -1 && player.playing.peek()) scroller.goOn(before, row);
        before = row;
      }
    });
  }, [player, rows, scroller]);
}

/** The row that sounds; the last one that did, between two. */
function sounding(rows: ReadonlySignal<readonly Row[]>, { run, time }: Player): number {
  const at = time.value + run.offset;
  return rows.value.findLastIndex((row) => row.kind === 'segment' && row.run === run.number && row.start <= at);
}
