import type { LiveTranscription, TranscriptFeed, TranscriptionEventMap } from '../../src/index.ts';

/** The next value of an event for which `which` holds. */
export function arrival<K extends keyof TranscriptionEventMap>(
  feed: TranscriptFeed,
  type: K,
  which: (value: TranscriptionEventMap[K]) => boolean = () => true,
): Promise<TranscriptionEventMap[K]> {
  const over = new AbortController();
  return new Promise((resolve) => {
    const listener = (value: TranscriptionEventMap[K]) => {
      if (!which(value)) return;
      over.abort();
      resolve(value);
    };
    feed.addEventListener(type, listener, { signal: over.signal });
  });
}

/** The end that comes by itself when a source has no more. */
export async function ended(live: LiveTranscription): Promise<void> {
  for await (const event of live) if (event.kind === 'ended') return;
}
