import type { SessionSummary } from '../../gateway/kept-session.ts';
import { useWords } from '../../words/index.ts';
import { Dialog } from '../controls.tsx';
import { dateTime } from './session-entry.tsx';

export interface DeleteDialogProps {
  /** The one to be deleted; `undefined` while none is. */
  readonly session: SessionSummary | undefined;
  readonly onKeep: () => void;
  readonly onDelete: (session: SessionSummary) => void;
}

export function DeleteDialog({ session, onKeep, onDelete }: DeleteDialogProps) {
  const words = useWords();
  const { history } = words;
  return (
    <Dialog open={session !== undefined} title={history.confirmTitle} onClose={onKeep}>
      {session !== undefined && (
        <>
          <p>
            <b>{dateTime(session.startedAt, words)}</b>
          </p>
          <p>{session.live ? history.confirmLive : history.confirm}</p>
          <div class="answers">
            <button type="button" class="plain" onClick={onKeep}>
              {history.keep}
            </button>
            <button type="button" class="danger" onClick={() => onDelete(session)}>
              {history.delete}
            </button>
          </div>
        </>
      )}
    </Dialog>
  );
}
