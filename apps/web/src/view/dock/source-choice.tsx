import type { SourceKind } from '../../preferences.ts';
import { useWords } from '../../words/index.ts';
import { useApp } from '../app-context.ts';
import { Choice } from '../controls.tsx';

export function SourceChoice({ disabled }: { readonly disabled: boolean }) {
  const { preferences } = useApp();
  const { source } = useWords();
  return (
    <Choice<SourceKind>
      label={source.label}
      choices={[
        { value: 'microphone', label: source.microphone, icon: 'microphone' },
        { value: 'tab', label: source.tab, icon: 'tab' },
        { value: 'file', label: source.file, icon: 'file' },
      ]}
      chosen={preferences.current.value.source}
      disabled={disabled}
      onChoose={(kind) => preferences.change({ source: kind })}
    />
  );
}
