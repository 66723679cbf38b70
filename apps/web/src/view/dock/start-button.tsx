import type { Phase } from '../../live/phase.ts';
import type { SourceKind } from '../../preferences.ts';
import { useWords } from '../../words/index.ts';
import { Icon } from '../icon.tsx';

export interface StartButtonProps {
  readonly phase: Phase;
  /** Whether the last words have been waited for in vain. */
  readonly stuck: boolean;
  readonly source: SourceKind;
  readonly onPress: () => void;
}

/**
 * Its label says what pressing it does, so it has no `aria-pressed`: a "Stop" that is pressed would mean the opposite.
 * It stays focusable while it can do nothing, so that the focus is not lost on the way.
 */
export function StartButton({ phase, stuck, source, onPress }: StartButtonProps) {
  const words = useWords();
  const stops = phase !== 'idle';
  const start = source === 'file' ? words.source.choose : words.controls.start;
  const stop = stuck ? words.controls.stopNow : words.controls.stop;
  return (
    <button
      type="button"
      class="start"
      data-phase={phase}
      aria-disabled={phase === 'finishing' && !stuck}
      aria-keyshortcuts="Space"
      onClick={onPress}
    >
      <Icon name={stops ? 'stop' : source} />
      {stops ? stop : start}
    </button>
  );
}
