import { useEffect, useRef } from 'preact/hooks';
import type { TranscriptSearch } from '../../transcript/search.ts';
import { useWords } from '../../words/index.ts';
import { Icon } from '../icon.tsx';

export function SearchBar({ search }: { readonly search: TranscriptSearch }) {
  const { search: words, controls } = useWords();
  const field = useRef<HTMLInputElement>(null);
  const open = search.isOpen.value;
  useEffect(() => {
    if (open) field.current?.focus();
  }, [open]);
  if (!open) return null;

  const text = search.text.value;
  const all = search.found.value.length;
  const told = all === 0 ? words.none : words.found(search.number.value, all);
  return (
    <search class="search-bar">
      <Icon name="search" />
      <input
        ref={field}
        type="search"
        aria-label={words.label}
        placeholder={words.label}
        value={text}
        onInput={({ currentTarget }) => search.look(currentTarget.value)}
        onKeyDown={(event) => {
          if (event.key === 'Enter') search.step(event.shiftKey ? -1 : 1);
          if (event.key === 'Escape') search.close();
        }}
      />
      <output>{text.trim() === '' ? '' : told}</output>
      <button
        type="button"
        class="quiet"
        aria-label={words.previous}
        disabled={all === 0}
        onClick={() => search.step(-1)}
      >
        <Icon name="up" />
      </button>
      <button type="button" class="quiet" aria-label={words.next} disabled={all === 0} onClick={() => search.step(1)}>
        <Icon name="down" />
      </button>
      <button type="button" class="quiet" aria-label={controls.close} onClick={() => search.close()}>
        <Icon name="close" />
      </button>
    </search>
  );
}
