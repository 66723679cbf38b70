import type { Progress } from '@live-transcribe/client';
import { useWords } from '../../words/index.ts';

export function FileProgress({ progress }: { readonly progress: Progress | undefined }) {
  const { source } = useWords();
  const share = progress?.size ? Math.round((progress.sent / progress.size) * 100) : 0;
  return (
    <div class="file-progress">
      <progress aria-label={source.progress} max={100} value={share} />
      <span>{share} %</span>
    </div>
  );
}
