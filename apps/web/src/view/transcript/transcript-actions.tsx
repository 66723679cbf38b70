import { toText } from '@live-transcribe/captions';
import { useSignal, useSignalEffect } from '@preact/signals';
import type { ComponentChildren } from 'preact';
import { queryOf } from '../../address.ts';
import { noticeOf } from '../../problems.ts';
import { fileOf, formats, spoken } from '../../transcript/export.ts';
import type { Reading } from '../../transcript/reading.ts';
import { useWords } from '../../words/index.ts';
import { useApp } from '../app-context.ts';
import { Action, Menu } from '../controls.tsx';

export interface TranscriptActionsProps {
  readonly reading: Reading;
  /** Whose link can be passed on. */
  readonly session: string | undefined;
  /** When it was spoken; now by default. */
  readonly at?: Date;
  readonly children?: ComponentChildren;
}

const confirmedForMs = 2_500;

/** What can be done with a transcript. */
export function TranscriptActions({ reading, session, at, children }: TranscriptActionsProps) {
  const { dictation } = useApp();
  const { controls, formats: names, search } = useWords();
  const copied = useSignal<'text' | 'link' | undefined>(undefined);
  useSignalEffect(() => {
    if (copied.value === undefined) return;
    const timer = setTimeout(() => (copied.value = undefined), confirmedForMs);
    return () => clearTimeout(timer);
  });
  const empty = reading.rows.value.length === 0;

  async function copy(what: 'text' | 'link', text: string): Promise<void> {
    try {
      await navigator.clipboard.writeText(text);
      copied.value = what;
    } catch {
      dictation.tell(noticeOf('clipboard_denied'));
    }
  }

  return (
    <div class="actions">
      <Action icon="search" label={search.open} disabled={empty} onPress={() => reading.search.open()} />
      <Action
        icon={copied.value === 'text' ? 'done' : 'copy'}
        label={copied.value === 'text' ? controls.copied : controls.copy}
        disabled={empty}
        onPress={() => void copy('text', toText(spoken(reading.rows.value)).trimEnd())}
      />
      <Menu icon="save" label={controls.save} disabled={empty}>
        {(close) =>
          formats.map((format) => (
            <button
              key={format}
              type="button"
              class="entry"
              onClick={() => {
                download(fileOf(reading.rows.value, format, at ?? new Date()));
                close();
              }}
            >
              {names[format]}
            </button>
          ))
        }
      </Menu>
      {session !== undefined && (
        <Action
          icon={copied.value === 'link' ? 'done' : 'share'}
          label={copied.value === 'link' ? controls.shared : controls.share}
          onPress={() => void copy('link', linkTo(session))}
        />
      )}
      {children}
      <p class="for-screen-readers" aria-live="polite">
        {copied.value === 'text' && controls.copiedTold}
        {copied.value === 'link' && controls.sharedTold}
      </p>
    </div>
  );
}

const linkTo = (id: string): string => location.origin + location.pathname + queryOf({ view: 'watch', id });

function download({ name, type, content }: ReturnType<typeof fileOf>): void {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(new Blob([content], { type }));
  link.download = name;
  link.click();
  // The browser has taken it by then; without an end each file would stay in memory.
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}
