import { useEffect, useRef } from 'preact/hooks';
import { useWords } from '../../words/index.ts';
import { useApp } from '../app-context.ts';
import { Icon } from '../icon.tsx';
import { CaptionLines } from './caption-lines.tsx';

/** The newest words and nothing else, to be read from the back of a room. Escape leads back. */
export function BigCaptions() {
  const { captions, shown } = useApp();
  const { display, status } = useWords();
  const dialog = useRef<HTMLDialogElement>(null);
  const open = captions.value;
  useEffect(() => {
    if (!open) return dialog.current?.close();
    dialog.current?.showModal();
    // Otherwise the first button would have the focus, and its ring would be all that is seen.
    dialog.current?.focus();
  }, [open]);
  const leave = () => {
    captions.value = false;
    // Rejects only where it is not full.
    if (document.fullscreenElement !== null) document.exitFullscreen().catch(() => undefined);
  };
  return (
    <dialog ref={dialog} class="big-captions" tabIndex={-1} aria-label={display.captions} onClose={leave}>
      {open && (
        <>
          <div class="tools">
            <button
              type="button"
              class="quiet"
              title={display.fullScreen}
              aria-label={display.fullScreen}
              onClick={() => void dialog.current?.requestFullscreen().catch(() => undefined)}
            >
              <Icon name="full" />
            </button>
            <button
              type="button"
              class="quiet"
              title={display.leaveCaptions}
              aria-label={display.leaveCaptions}
              onClick={leave}
            >
              <Icon name="close" />
            </button>
          </div>
          {shown.value.rows.value.length === 0 && <p class="waiting">{status.idle}</p>}
          <CaptionLines rows={shown.value.rows} />
        </>
      )}
    </dialog>
  );
}
