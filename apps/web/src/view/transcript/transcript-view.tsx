import type { ComponentChildren } from 'preact';
import { useEffect, useLayoutEffect, useMemo, useRef } from 'preact/hooks';
import type { Player } from '../../live/player.ts';
import { mark } from '../../transcript/highlight.ts';
import type { Reading } from '../../transcript/reading.ts';
import type { Row, SegmentRow } from '../../transcript/rows.ts';
import { useWords } from '../../words/index.ts';
import { RowView } from './row-view.tsx';
import { usePlayback } from './use-playback.ts';

export interface TranscriptViewProps {
  readonly reading: Reading;
  /** Of the file that the text is of. */
  readonly player?: Player | undefined;
  /** Whether something is being said: then it is announced. */
  readonly live: boolean;
  /** Above the text. */
  readonly children?: ComponentChildren;
}

/** So many finals stand in the announced log: more than come between two readings of a screen reader. */
const announced = 4;

/** A transcript of any length: only what is near the screen is in the document. */
export function TranscriptView({ reading, player, live, children }: TranscriptViewProps) {
  const { rows, scroller, search } = reading;
  const { transcript: words } = useWords();
  const box = useRef<HTMLElement>(null);
  const list = useRef<HTMLOListElement>(null);
  const all = rows.value;
  const keys = useMemo(() => all.map(({ key }) => key), [all]);
  const { from, to } = scroller.choose(keys);
  const current = search.current.value;
  const text = search.text.value;

  usePlayback(player, reading);
  useEffect(() => {
    return box.current && list.current ? scroller.attach(box.current, list.current) : undefined;
  }, [scroller]);
  useLayoutEffect(() => {
    scroller.drawn();
    const texts = [...(list.current?.querySelectorAll('p.said') ?? [])];
    const element = current && list.current?.children[current.row - from]?.querySelector('p.said');
    mark(texts, { text, current: element ? { element, nth: current.nth } : undefined });
  });

  return (
    // What scrolls must be reachable by the keyboard.
    <section class="scroller" ref={box} tabIndex={0} aria-label={words.region}>
      {children}
      <ol class="transcript" ref={list} aria-label={words.label}>
        {all.slice(from, to).map((row, index) => (
          <RowView
            key={row.key}
            row={row}
            place={from + index}
            count={all.length}
            speaker={speaksAnew(all, from + index)}
            player={row.kind === 'segment' && row.run === player?.run.number ? player : undefined}
          />
        ))}
      </ol>
      {/* Apart from the list, since a partial that is announced at every change can be understood by nobody. */}
      <div class="for-screen-readers" role="log" aria-label={words.newest}>
        {live && lastFinals(all).map(({ key, text: said }) => <p key={key}>{said}</p>)}
      </div>
    </section>
  );
}

/** The speaker, where another one spoke before. */
function speaksAnew(rows: readonly Row[], index: number): string | undefined {
  const row = rows[index];
  const speaker = row?.kind === 'segment' ? row.speaker : undefined;
  if (speaker === undefined) return undefined;
  for (let before = index - 1; before >= 0; before--) {
    const earlier = rows[before];
    if (earlier?.kind === 'segment') return earlier.speaker === speaker ? undefined : speaker;
    if (earlier?.kind === 'session') return speaker;
  }
  return speaker;
}

function lastFinals(rows: readonly Row[]): readonly SegmentRow[] {
  const finals: SegmentRow[] = [];
  for (let index = rows.length - 1; index >= 0 && finals.length < announced; index--) {
    const row = rows[index];
    if (row?.kind === 'segment' && row.state === 'final') finals.unshift(row);
  }
  return finals;
}
