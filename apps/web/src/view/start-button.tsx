import type { Phase } from '../dictation.ts';

export interface StartButtonProps {
  readonly phase: Phase;
  readonly onPress: () => void;
}

/**
 * Its label says what pressing it does, so it has no `aria-pressed`: a "Stop" that is pressed would mean the opposite.
 * It stays focusable while it can do nothing, so that the focus is not lost on the way.
 */
export function StartButton({ phase, onPress }: StartButtonProps) {
  const stops = phase !== 'idle';
  return (
    <button
      type="button"
      class="start"
      data-phase={phase}
      aria-disabled={phase === 'finishing'}
      aria-keyshortcuts="Space"
      onClick={onPress}
    >
      <svg viewBox="0 0 24 24" aria-hidden="true">
        {stops ? (
          <rect x="6" y="6" width="12" height="12" rx="2.5" />
        ) : (
          <path d="M12 3a3.2 3.2 0 0 1 3.2 3.2v5.6a3.2 3.2 0 0 1-6.4 0V6.2A3.2 3.2 0 0 1 12 3zM5.5 11.5a6.5 6.5 0 0 0 13 0M12 18v3" />
        )}
      </svg>
      {stops ? 'Stop' : 'Start'}
    </button>
  );
}
