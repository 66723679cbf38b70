import type { InlineConfig, ViteDevServer } from 'vite';

/** Serves an example; `settings` are vite's own, `alias` says what is imported in place of something else. */
export function serve(
  name: string,
  settings?: InlineConfig,
  alias?: Readonly<Record<string, string>>,
): Promise<ViteDevServer>;
