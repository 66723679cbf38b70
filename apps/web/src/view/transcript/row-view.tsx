import { clockTime } from '../../clock-time.ts';
import type { Player } from '../../live/player.ts';
import type { NoteRow, Row, SegmentRow, SessionRow } from '../../transcript/rows.ts';
import { useWords } from '../../words/index.ts';
import { PlayableText } from './playable-text.tsx';

export interface RowViewProps {
  readonly row: Row;
  /** Its place among all rows, of which only some are in the document. */
  readonly place: number;
  readonly count: number;
  /** Where another one spoke before. */
  readonly speaker: string | undefined;
  readonly player: Player | undefined;
}

export function RowView({ row, place, count, ...rest }: RowViewProps) {
  const known = { 'aria-setsize': count, 'aria-posinset': place + 1 };
  switch (row.kind) {
    case 'segment':
      return (
        <li {...known} data-state={row.state}>
          <Said row={row} {...rest} />
        </li>
      );
    case 'note':
      return (
        <li {...known} data-state="note">
          <Noted row={row} />
        </li>
      );
    case 'session':
      return (
        <li {...known} data-state="session">
          <Begun row={row} />
        </li>
      );
    default:
      return row satisfies never;
  }
}

type SaidProps = Pick<RowViewProps, 'speaker' | 'player'> & { readonly row: SegmentRow };

function Said({ row, speaker, player }: SaidProps) {
  const { transcript: words } = useWords();
  const { start, state, text } = row;
  const time = clockTime(start);
  const failed = state === 'failed';
  return (
    <>
      {player === undefined ? (
        <span class="time">{time}</span>
      ) : (
        <button type="button" class="time" aria-label={words.playFrom(time)} onClick={() => player.playFrom(start)}>
          {time}
        </button>
      )}
      <div>
        {speaker !== undefined && <b class="speaker">{speaker}</b>}
        {text !== '' && <p class="said">{player === undefined ? text : <PlayableText row={row} player={player} />}</p>}
        {failed && <p class="fault">{text === '' ? words.failed : words.cut}</p>}
      </div>
    </>
  );
}

function Noted({ row: { code, message, start, end } }: { readonly row: NoteRow }) {
  const { transcript: words } = useWords();
  const hole = end === undefined ? undefined : words.gap(clockTime(start), clockTime(end));
  const known = Object.hasOwn(words.notices, code) ? words.notices[code] : undefined;
  return (
    <>
      <span class="time">{clockTime(start)}</span>
      <p class="note">{hole ?? known ?? message}</p>
    </>
  );
}

function Begun({ row: { startedAt } }: { readonly row: SessionRow }) {
  const { tag, transcript: words } = useWords();
  const time = startedAt.toLocaleTimeString(tag, { hour: '2-digit', minute: '2-digit' });
  return <p class="begun">{words.session(time)}</p>;
}
