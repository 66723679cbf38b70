import { defineConfig } from 'vitest/config';

/**
 * A test file's suffix says what it needs beside Node, and plain `.test.ts` needs nothing: ffmpeg to compare with; the real
 * embedded recogniser and spoken audio (PocketSphinx, flite); sherpa-onnx and spoken audio; a real headless Chromium; three built
 * servers, PostgreSQL and Redis, which they have to themselves for a while.
 */
const kinds = ['ffmpeg', 'sphinx', 'sherpa', 'browser', 'cluster'];

const suffixes = kinds.map((kind) => `**/*.${kind}.test.ts`);

const shared = {
  // Packages are tested from their sources; only what is started as a process of its own comes from `dist`.
  resolve: { conditions: ['@live-transcribe/source'] },
  ssr: { resolve: { conditions: ['@live-transcribe/source'] } },
};

export default defineConfig({
  test: {
    reporters: ['default', './scripts/summary-reporter.ts'],
    projects: [
      {
        ...shared,
        test: {
          name: 'unit',
          include: ['packages/*/test/**/*.test.ts', 'apps/*/test/**/*.test.ts'],
          exclude: [...suffixes, '**/node_modules/**'],
          // A limit for what hangs, not for what is slow: thousands of mutations take a while on a busy machine.
          testTimeout: 30_000,
          hookTimeout: 30_000,
        },
      },
      ...kinds.map((kind, index) => ({
        ...shared,
        test: {
          name: kind,
          // One kind after the other and one file at a time: what plays in real time shall not wait for a busy machine.
          sequence: { groupOrder: index + 1 },
          fileParallelism: false,
          include: [`packages/*/test/**/*.${kind}.test.ts`, `apps/*/test/**/*.${kind}.test.ts`],
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      })),
    ],
  },
});
