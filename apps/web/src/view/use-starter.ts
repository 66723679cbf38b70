import { type ReadonlySignal, useComputed } from '@preact/signals';
import { useMemo } from 'preact/hooks';
import { languageChoices, languageInForce } from '../languages.ts';
import { startRequest } from '../live/start-request.ts';
import { noticeOf } from '../problems.ts';
import { useWords } from '../words/index.ts';
import { useApp } from './app-context.ts';

export interface Starter {
  readonly language: ReadonlySignal<string>;
  /** Starts or stops, whichever there is to do; a file is asked for first. */
  toggle(): void;
  /** Transcribes a file; while something else is being transcribed, tells that. */
  take(file: File): void;
}

/** `askForFile` opens the browser's own choice of files. */
export function useStarter(askForFile: () => void): Starter {
  const { dictation, preferences, server } = useApp();
  const { tag, language: words } = useWords();
  const language = useComputed(() => {
    const choices = languageChoices(server.info.value?.languages ?? 'any', { tag, auto: words.auto });
    return languageInForce(choices, { chosen: preferences.current.value.language, own: navigator.languages });
  });
  return useMemo(() => {
    const start = (file?: File) => {
      dictation.start(startRequest(preferences.current.value, language.value, file));
    };
    return {
      language,
      toggle: () => {
        if (dictation.phase.value !== 'idle') dictation.stop();
        else if (preferences.current.value.source === 'file') askForFile();
        else start();
      },
      take: (file) => {
        if (dictation.phase.value === 'idle') start(file);
        else dictation.tell(noticeOf('busy'));
      },
    };
  }, [dictation, preferences, language]);
}
