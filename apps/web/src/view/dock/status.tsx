import { type ReadonlySignal, useComputed } from '@preact/signals';
import { clockTime } from '../../clock-time.ts';
import type { Phase } from '../../live/phase.ts';
import type { SourceKind } from '../../preferences.ts';
import { useWords, type Words } from '../../words/index.ts';

export interface StatusProps {
  readonly phase: Phase;
  readonly kind: SourceKind;
  readonly seconds: ReadonlySignal<number>;
}

export function Status({ phase, kind, seconds }: StatusProps) {
  const { status, source } = useWords();
  return (
    <div class="status" data-phase={phase}>
      <p role="status">{sentence(phase, kind, status)}</p>
      <span role="timer" aria-label={source.elapsed} data-heard={useComputed(() => seconds.value > 0)}>
        {useComputed(() => clockTime(seconds.value))}
      </span>
    </div>
  );
}

function sentence(phase: Phase, kind: SourceKind, words: Words['status']): string {
  if (phase === 'asking' && kind === 'tab') return words.askingTab;
  return phase === 'listening' && kind === 'file' ? words.reading : words[phase];
}
