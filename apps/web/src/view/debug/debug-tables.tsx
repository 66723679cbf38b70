import type { ComponentChildren } from 'preact';
import type { ChunkEntry, TextEntry } from '../../debug/entries.ts';
import { useWords } from '../../words/index.ts';

const shown = 12;

interface TableProps<Entry> {
  readonly title: string;
  /** Oldest first; the newest are shown, newest first. */
  readonly entries: readonly Entry[];
}

export function ChunkTable({ title, entries }: TableProps<ChunkEntry>) {
  const { tag, debug: words } = useWords();
  return (
    <Table title={title} columns={[words.time, words.bytes, words.span]} empty={entries.length === 0}>
      {newest(entries).map(({ t, bytes, start, end }) => (
        <tr key={`${t} ${start}`}>
          <td>{clock(t, tag)}</td>
          <td>{bytes.toLocaleString(tag)}</td>
          <td>
            {start.toFixed(2)}–{end.toFixed(2)}
          </td>
        </tr>
      ))}
    </Table>
  );
}

export function TextTable({ title, entries }: TableProps<TextEntry>) {
  const { tag, debug: words } = useWords();
  return (
    <Table title={title} columns={[words.time, words.event, words.text]} empty={entries.length === 0}>
      {newest(entries).map(({ t, type, text, event }, index) => (
        <tr key={`${t} ${index}`}>
          <td>{clock(t, tag)}</td>
          <td>{event || type}</td>
          <td>{text}</td>
        </tr>
      ))}
    </Table>
  );
}

interface FrameProps {
  readonly title: string;
  readonly columns: readonly string[];
  readonly empty: boolean;
  readonly children: ComponentChildren;
}

function Table({ title, columns, empty, children }: FrameProps) {
  const { debug: words } = useWords();
  return (
    <div class="table">
      <table>
        <caption>{title}</caption>
        <thead>
          <tr>
            {columns.map((column) => (
              <th key={column} scope="col">
                {column}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>{children}</tbody>
      </table>
      {empty && <p class="hint">{words.nothing}</p>}
    </div>
  );
}

const newest = <Entry,>(entries: readonly Entry[]): readonly Entry[] => entries.slice(-shown).toReversed();

const clock = (t: number, tag: string): string =>
  new Date(t * 1000).toLocaleTimeString(tag, { hour12: false, fractionalSecondDigits: 2 });
