import { effect, type ReadonlySignal } from '@preact/signals';
import type { Phase } from './phase.ts';

/** Keeps the screen on while somebody is listened to: a telephone that sleeps stops listening. Lives as long as the page. */
export function keepAwake(phase: ReadonlySignal<Phase>): void {
  // Left out by older browsers, and where the context is not secure.
  const wakeLock: WakeLock | undefined = navigator.wakeLock;
  let lock: Promise<WakeLockSentinel | undefined> | undefined;

  const follow = () => {
    const wanted = phase.value !== 'idle' && !document.hidden;
    // A browser may say no, as when the battery is low: then the screen goes off as ever.
    if (wanted) lock ??= wakeLock?.request('screen').catch(() => undefined);
    else if (lock !== undefined) {
      void lock.then((held) => held?.release()).catch(() => undefined);
      lock = undefined;
    }
  };
  effect(follow);
  // A page that is hidden loses it.
  document.addEventListener('visibilitychange', follow);
}
