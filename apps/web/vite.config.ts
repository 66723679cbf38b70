import { defaultClientConditions, defineConfig } from 'vite';

export default defineConfig({
  base: '/static/',
  // The workspace's packages from their sources, so that the page builds without a build before it.
  resolve: { conditions: ['@live-transcribe/source', ...defaultClientConditions] },
  worker: { format: 'es' },
  build: {
    // A strict content security policy knows neither inline scripts nor data: addresses.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
});
