import type { Problem } from '../problems.ts';

export interface NoticeProps {
  readonly notice: Problem | undefined;
  /** Left out for what lasts as long as its cause. */
  readonly onDismiss: (() => void) | undefined;
}

/** The region is always there: what appears in it is announced, what appears with it may not be. */
export function Notice({ notice, onDismiss }: NoticeProps) {
  return (
    <div role="alert">
      {notice !== undefined && (
        <div class="notice" data-kind={notice.kind}>
          <p>
            <b>{notice.what}</b> {notice.next}
          </p>
          {onDismiss !== undefined && (
            <button type="button" class="dismiss" aria-label="Dismiss" onClick={onDismiss}>
              <svg viewBox="0 0 16 16" aria-hidden="true">
                <path d="M4 4l8 8M12 4l-8 8" />
              </svg>
            </button>
          )}
        </div>
      )}
    </div>
  );
}
