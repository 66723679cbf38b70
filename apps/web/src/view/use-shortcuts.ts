import { useLayoutEffect, useRef } from 'preact/hooks';
import { textSizes } from '../preferences.ts';
import { type App, useApp } from './app-context.ts';
import type { Starter } from './use-starter.ts';

type Shortcuts = Readonly<Record<string, () => void>>;

/** Single keys, wherever nothing has the focus that would use them itself; each person can switch them off. */
export function useShortcuts(starter: Starter): void {
  const app = useApp();
  const keys = useRef<Shortcuts>({});
  keys.current = shortcuts(app, starter);
  // Before the first frame: an effect comes after it, and a key pressed in between would be lost.
  useLayoutEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (takesOverFinding(event, app)) return;
      if (event.ctrlKey || event.altKey || event.metaKey || event.repeat) return;
      if (!app.preferences.current.value.shortcuts || isTaken(event.key, document.activeElement)) return;
      const act = keys.current[event.key.length === 1 ? event.key.toLowerCase() : event.key];
      if (act === undefined) return;
      event.preventDefault();
      act();
    };
    document.addEventListener('keydown', onKey);
    return () => document.removeEventListener('keydown', onKey);
  }, [app]);
}

/**
 * The browser's own search would find only what is in the document. Pressed once more, in the field of ours, the keys are
 * the browser's.
 */
function takesOverFinding(event: KeyboardEvent, { shown, navigation }: App): boolean {
  const { search } = shown.value;
  const finds = (event.ctrlKey || event.metaKey) && !event.altKey && !event.shiftKey && event.key === 'f';
  const reads = ['live', 'session', 'watch'].includes(navigation.place.value.view);
  if (!finds || !reads || search.isOpen.value || document.querySelector('dialog[open]') !== null) return false;
  event.preventDefault();
  search.open();
  return true;
}

/** Whether the key is another's: of what has the focus, or of a dialog. */
function isTaken(key: string, focused: Element | null): boolean {
  if (document.querySelector('dialog[open]') !== null) return true;
  if (focused === null || focused.matches('body, main, .scroller')) return false;
  if (focused.matches('textarea, select, input:not([type="checkbox"], [type="radio"], [type="range"])')) return true;
  // A button or a link wants what presses it, a slider what moves it.
  return key === ' ' || key === 'Enter' || (key.length > 1 && focused.matches('[type="range"]'));
}

function shortcuts({ dictation, shown, navigation, preferences, help, captions }: App, starter: Starter): Shortcuts {
  const { scroller, search } = shown.value;
  const resize = (by: number) => () => {
    const textSize = preferences.current.value.textSize + by;
    if (textSizes[textSize] !== undefined) preferences.change({ textSize });
  };
  return {
    ' ': () => starter.toggle(),
    p: () => dictation.togglePause(),
    Enter: () => dictation.commit(),
    '/': () => search.open(),
    End: () => scroller.toEnd(),
    PageUp: () => scroller.page(-1),
    PageDown: () => scroller.page(1),
    c: () => (captions.value = true),
    '+': resize(1),
    '-': resize(-1),
    1: () => navigation.go({ view: 'live' }),
    2: () => navigation.go({ view: 'history' }),
    3: () => navigation.go({ view: 'debug' }),
    '?': () => (help.value = true),
  };
}
