import type { LiveTranscription } from '@live-transcribe/client';

/** Resolves when it has ended; throws what ended it before its time. */
export function ending(live: LiveTranscription): Promise<void> {
  const over = new Promise<void>((resolve, reject) => {
    live.addEventListener('state', (state) => {
      if (state === 'ended') resolve();
      if (state === 'failed') reject(live.error instanceof Error ? live.error : new Error('It failed.'));
    });
  });
  // Where it never began, the start has told why.
  over.catch(() => undefined);
  return over;
}
