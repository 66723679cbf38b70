import { useSignal } from '@preact/signals';
import { useEffect, useMemo } from 'preact/hooks';
import type { SessionSummary } from '../../gateway/kept-session.ts';
import { useWords } from '../../words/index.ts';
import { useApp } from '../app-context.ts';
import { Icon } from '../icon.tsx';
import { Notice } from '../notice.tsx';
import { DeleteDialog } from './delete-dialog.tsx';
import { SessionEntry } from './session-entry.tsx';
import { SessionList } from './session-list.ts';

/** As the server takes it. */
const longestSearch = 200;

export function HistoryView() {
  const { gateway } = useApp();
  const { history: words } = useWords();
  const list = useMemo(() => new SessionList(gateway), [gateway]);
  const doomed = useSignal<SessionSummary | undefined>(undefined);
  const told = useSignal('');
  useEffect(() => {
    void list.load();
    return () => list.close();
  }, [list]);

  async function remove({ id }: SessionSummary): Promise<void> {
    doomed.value = undefined;
    if (await list.remove(id)) told.value = words.deleted;
  }

  const sessions = list.sessions.value;
  return (
    <main class="history">
      <h2>{words.title}</h2>
      <search class="field">
        <Icon name="search" />
        <input
          type="search"
          aria-label={words.search}
          placeholder={words.search}
          maxLength={longestSearch}
          value={list.text.value}
          onInput={({ currentTarget }) => list.search(currentTarget.value)}
        />
      </search>
      <Notice problem={list.problem.value} />
      <p class="for-screen-readers" role="status">
        {list.loading.value ? words.loading : told.value}
      </p>
      {sessions?.length === 0 && <Nothing sought={list.text.value.trim() !== ''} />}
      <ul class="sessions" aria-busy={list.loading.value}>
        {sessions?.map((session) => (
          <SessionEntry key={session.id} session={session} onDelete={() => (doomed.value = session)} />
        ))}
      </ul>
      {list.hasMore && (
        <button type="button" class="plain" disabled={list.loading.value} onClick={() => void list.more()}>
          {words.more}
        </button>
      )}
      <DeleteDialog
        session={doomed.value}
        onKeep={() => (doomed.value = undefined)}
        onDelete={(it) => void remove(it)}
      />
    </main>
  );
}

function Nothing({ sought }: { readonly sought: boolean }) {
  const { history: words } = useWords();
  return (
    <div class="invitation">
      <p class="title">{sought ? words.nothing : words.empty}</p>
      {!sought && <p>{words.emptyNext}</p>}
    </div>
  );
}
