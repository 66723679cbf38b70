import type { ReadonlySignal } from '@preact/signals';
import type { Row, SegmentRow } from '../../transcript/rows.ts';

export interface CaptionLinesProps {
  readonly rows: ReadonlySignal<readonly Row[]>;
}

/** Enough to fill any screen; each segment begins a line of its own, so that one that leaves does not move the others. */
const shown = 6;

/** The newest words, at the lower edge of their place; what does not fit is above it, out of sight. */
export function CaptionLines({ rows }: CaptionLinesProps) {
  const all = rows.value;
  const last: SegmentRow[] = [];
  for (let index = all.length - 1; index >= 0 && last.length < shown; index--) {
    const row = all[index];
    if (row?.kind === 'segment' && row.text !== '') last.unshift(row);
  }
  return (
    <div class="caption-lines">
      <div>
        {last.map(({ key, text, state, speaker }, index) => (
          <p key={key} data-state={state}>
            {speaker !== undefined && speaker !== last[index - 1]?.speaker && <b>{speaker}: </b>}
            <span>{text}</span>
          </p>
        ))}
      </div>
    </div>
  );
}
