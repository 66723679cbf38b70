import { defineConfig } from 'vite';

/**
 * The SDK for pages without a build of their own, in one file; in the mode `worklet` the worklet, for those among them
 * whose policy forbids scripts from blobs.
 */
export default defineConfig(({ mode }) => ({
  resolve: { conditions: ['@live-transcribe/source', 'browser', 'module', 'import'] },
  build: {
    outDir: 'dist/browser',
    emptyOutDir: false,
    sourcemap: true,
    rolldownOptions: {
      input: mode === 'worklet' ? 'src/sources/capture-worklet.ts' : 'src/index.ts',
      preserveEntrySignatures: 'strict',
      output: {
        format: 'es',
        codeSplitting: false,
        entryFileNames: mode === 'worklet' ? 'capture-worklet.js' : 'live-transcribe.js',
      },
    },
  },
}));
