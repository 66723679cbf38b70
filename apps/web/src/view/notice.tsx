import { type Problem, tell } from '../problems.ts';
import { useWords } from '../words/index.ts';
import { Icon } from './icon.tsx';

export interface NoticeProps {
  readonly problem: Problem | undefined;
  /** Left out for what lasts as long as its cause. */
  readonly onDismiss?: (() => void) | undefined;
}

/** The region is always there: what appears in it is announced, what appears with it may not be. */
export function Notice({ problem, onDismiss }: NoticeProps) {
  return <div role="alert">{problem !== undefined && <Told problem={problem} onDismiss={onDismiss} />}</div>;
}

function Told({ problem, onDismiss }: { readonly problem: Problem; readonly onDismiss: (() => void) | undefined }) {
  const words = useWords();
  const { what, next, detail } = tell(problem, words);
  return (
    <div class="notice" data-kind={problem.kind}>
      <div>
        <p>
          <b>{what}</b> {next}
        </p>
        {detail !== undefined && (
          <p class="detail">
            {words.controls.serverSays} <q lang="en">{detail}</q>
          </p>
        )}
      </div>
      {onDismiss !== undefined && (
        <button type="button" class="quiet" aria-label={words.controls.dismiss} onClick={onDismiss}>
          <Icon name="close" />
        </button>
      )}
    </div>
  );
}
