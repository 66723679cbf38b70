import { useEffect } from 'preact/hooks';
import type { Reading } from '../transcript/reading.ts';
import { useApp } from './app-context.ts';

/** Makes this the transcript that keys and captions are about, for as long as its view is there. */
export function useShown(reading: Reading): void {
  const { shown, own } = useApp();
  useEffect(() => {
    shown.value = reading;
    return () => {
      shown.value = own;
    };
  }, [shown, own, reading]);
}
