/** Serves one of the pages here for a look: node examples/serve.mjs plain-html */
import { fileURLToPath, pathToFileURL } from 'node:url';
import { createServer } from 'vite';

const folder = (path) => fileURLToPath(new URL(path, import.meta.url));

/** `settings` are vite's own and go before these. */
export async function serve(name, settings = {}) {
  const server = await createServer({
    root: folder(name),
    configFile: false,
    cacheDir: folder('../node_modules/.cache/examples'),
    resolve: {
      // The SDK as it stands in this repository. What a page without a build gets is the same in one file.
      conditions: ['@live-transcribe/source', 'browser', 'module', 'import'],
      alias: { './live-transcribe.js': folder('../packages/client/src/index.ts') },
    },
    server: { port: 5173, fs: { allow: [folder('..')] } },
    ...settings,
  });
  return server.listen();
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  const server = await serve(process.argv[2] ?? 'plain-html');
  server.printUrls();
}
