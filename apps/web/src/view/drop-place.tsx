import { useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { useWords } from '../words/index.ts';
import { useApp } from './app-context.ts';
import { Icon } from './icon.tsx';

/** The whole page takes a file that is dropped on it, while nothing else is being transcribed. */
export function DropPlace({ onDrop }: { readonly onDrop: (file: File) => void }) {
  const { dictation, navigation } = useApp();
  const { source } = useWords();
  const over = useSignal(false);
  const drop = useRef(onDrop);
  drop.current = onDrop;
  useEffect(() => {
    const hasFile = (event: DragEvent) => event.dataTransfer?.types.includes('Files') ?? false;
    const dragged = (event: DragEvent) => {
      if (!hasFile(event)) return;
      // Otherwise the browser opens the file in the place of the page.
      event.preventDefault();
      over.value = dictation.phase.value === 'idle';
    };
    const left = (event: DragEvent) => {
      if (event.relatedTarget === null) over.value = false;
    };
    const dropped = (event: DragEvent) => {
      if (!hasFile(event)) return;
      event.preventDefault();
      over.value = false;
      const file = event.dataTransfer?.files[0];
      if (file === undefined) return;
      navigation.go({ view: 'live' });
      drop.current(file);
    };
    document.addEventListener('dragover', dragged);
    document.addEventListener('dragleave', left);
    document.addEventListener('drop', dropped);
    return () => {
      document.removeEventListener('dragover', dragged);
      document.removeEventListener('dragleave', left);
      document.removeEventListener('drop', dropped);
    };
  }, [dictation, navigation]);
  return (
    <div class="drop-place" hidden={!over.value}>
      <p>
        <Icon name="file" />
        {source.drop}
      </p>
    </div>
  );
}
