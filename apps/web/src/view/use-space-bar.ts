import { useEffect, useRef } from 'preact/hooks';

/** The space bar, where nothing has the focus that would use it itself. */
export function useSpaceBar(press: () => void): void {
  const latest = useRef(press);
  latest.current = press;
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      const plain = !event.repeat && !event.ctrlKey && !event.altKey && !event.metaKey && !event.shiftKey;
      if (event.code !== 'Space' || !plain || document.activeElement !== document.body) return;
      event.preventDefault();
      latest.current();
    };
    document.addEventListener('keydown', onKey);
    return () => document.removeEventListener('keydown', onKey);
  }, []);
}
