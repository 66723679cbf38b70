import { clockTime } from '../../clock-time.ts';
import type { SessionSummary } from '../../gateway/kept-session.ts';
import { useWords, type Words } from '../../words/index.ts';
import { useApp } from '../app-context.ts';
import { Icon } from '../icon.tsx';

export interface SessionEntryProps {
  readonly session: SessionSummary;
  readonly onDelete: () => void;
}

export function SessionEntry({ session, onDelete }: SessionEntryProps) {
  const { navigation } = useApp();
  const words = useWords();
  const { id, live, preview } = session;
  const place = live ? ({ view: 'watch', id } as const) : ({ view: 'session', id } as const);
  const when = dateTime(session.startedAt, words);
  return (
    <li>
      <a
        href={`?${new URLSearchParams({ [place.view]: id }).toString()}`}
        onClick={(event) => {
          if (event.ctrlKey || event.metaKey || event.shiftKey) return;
          event.preventDefault();
          navigation.go(place);
        }}
      >
        <span class="when">
          {live && <b class="live">{words.history.live}</b>}
          <time dateTime={session.startedAt.toISOString()}>{when}</time>
        </span>
        <span class="preview" data-empty={preview === '' || undefined}>
          {preview || words.history.noWords}
        </span>
        <span class="about">{about(session, words)}</span>
      </a>
      <button type="button" class="quiet" aria-label={`${words.history.delete}: ${when}`} onClick={onDelete}>
        <Icon name="remove" />
      </button>
    </li>
  );
}

export const dateTime = (at: Date, { tag }: Words): string =>
  at.toLocaleString(tag, { day: 'numeric', month: 'long', year: 'numeric', hour: '2-digit', minute: '2-digit' });

export function about({ duration, segments, language, model }: SessionSummary, words: Words): string {
  const parts = [clockTime(duration), words.history.segments(segments), language, model];
  return parts.filter((part) => part !== undefined).join(' · ');
}
