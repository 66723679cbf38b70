import type { Segment } from '@live-transcribe/client';
import { type ReadonlySignal, useSignal, useSignalEffect } from '@preact/signals';

type Copying = 'ready' | 'copied' | 'failed';

const labels: Readonly<Record<Copying, string>> = { ready: 'Copy', copied: 'Copied', failed: 'Not copied' };
const told: Readonly<Record<Copying, string>> = {
  ready: '',
  copied: 'The transcript is in the clipboard.',
  failed: 'Your browser did not allow it. Select the text and copy it by hand.',
};
const confirmedForMs = 2_000;

/** Copies one line per segment, without the times. */
export function CopyButton({ segments }: { readonly segments: ReadonlySignal<readonly Segment[]> }) {
  const copying = useSignal<Copying>('ready');
  useSignalEffect(() => {
    if (copying.value === 'ready') return;
    const timer = setTimeout(() => (copying.value = 'ready'), confirmedForMs);
    return () => clearTimeout(timer);
  });

  async function copy(): Promise<void> {
    const text = segments.value.map((segment) => segment.text).join('\n');
    try {
      await navigator.clipboard.writeText(text);
      copying.value = 'copied';
    } catch {
      copying.value = 'failed';
    }
  }

  return (
    <>
      <button
        type="button"
        class="plain copy"
        disabled={segments.value.length === 0}
        title={told[copying.value]}
        onClick={() => void copy()}
      >
        {labels[copying.value]}
      </button>
      <p class="for-screen-readers" aria-live="polite">
        {told[copying.value]}
      </p>
    </>
  );
}
