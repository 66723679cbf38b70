import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'vite';

export interface BundleOptions {
  /** What is imported in place of a package that is not there. */
  readonly alias?: Readonly<Record<string, string>>;
  /** Whether what is loaded later comes in files of its own. */
  readonly codeSplitting?: boolean;
}

export const source = (path: string): string => fileURLToPath(new URL(`../../src/${path}`, import.meta.url));

/** The files that a page's build makes of one module and all that it imports, from the packages' sources. */
export async function bundle(entry: string, options: BundleOptions = {}): Promise<readonly string[]> {
  const { alias = {}, codeSplitting = false } = options;
  const result = await build({
    root: fileURLToPath(new URL('../..', import.meta.url)),
    configFile: false,
    logLevel: 'warn',
    oxc: { jsx: { runtime: 'automatic' } },
    resolve: { conditions: ['@live-transcribe/source', 'browser', 'module', 'import'], alias },
    build: {
      write: false,
      modulePreload: { polyfill: false },
      // Not `lib`: that leaves the white space in.
      rolldownOptions: { input: entry, preserveEntrySignatures: 'strict', output: { format: 'es', codeSplitting } },
    },
  });
  if (!('output' in result)) throw new TypeError('There are several builds, or one that goes on.');
  return result.output.map((file) => (file.type === 'chunk' ? file.code : ''));
}

/** The same for code that stands in no file. */
export async function bundleCode(code: string, options: BundleOptions = {}): Promise<readonly string[]> {
  // Within the package, so that names of packages are found.
  const dist = fileURLToPath(new URL('../../dist/', import.meta.url));
  await mkdir(dist, { recursive: true });
  const folder = await mkdtemp(join(dist, 'bundle-'));
  const entry = join(folder, 'entry.jsx');
  try {
    await writeFile(entry, code);
    return await bundle(entry, options);
  } finally {
    await rm(folder, { recursive: true });
  }
}
