import { useSignal, useSignalEffect } from '@preact/signals';
import type { Problem } from '../problems.ts';
import { CaptionLines } from '../view/captions/caption-lines.tsx';
import { Notice } from '../view/notice.tsx';
import type { OverlayFeed } from './overlay-feed.ts';

/** Who has stopped speaking has been read by then; a picture without words is better than one with old ones. */
const clearAfterMs = 8_000;

/** The last words over somebody's picture, for streaming software. */
export function Overlay({ feed }: { readonly feed: OverlayFeed }) {
  const quiet = useSignal(true);
  useSignalEffect(() => {
    quiet.value = feed.rows.value.length === 0;
    const timer = setTimeout(() => (quiet.value = true), clearAfterMs);
    return () => clearTimeout(timer);
  });
  const problem: Problem | undefined = feed.problem.value;
  return (
    <main class="overlay">
      <h1 class="for-screen-readers">live-transcribe</h1>
      <Notice problem={problem} />
      {!quiet.value && <CaptionLines rows={feed.rows} />}
    </main>
  );
}
