/**
 * Compiles the resampler's SIMD kernel (AssemblyScript) into the TypeScript file that carries its bytes.
 *
 *   node scripts/build-kernel.mjs            writes the file
 *   node scripts/build-kernel.mjs --check    fails if the file is not what the source compiles to
 */
import { readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { main as assemblyScript } from 'assemblyscript/asc';

const at = (path) => fileURLToPath(new URL(path, import.meta.url));
const source = at('../packages/audio/kernel/resample.ts');
const target = at('../packages/audio/src/resample/kernel-bytes.ts');

/** Browsers may refuse to compile more than this at once on the main thread. */
const maxBytes = 4_095;

/** As many as the layout in src/resample/webassembly.ts takes, which checks it. */
const pages = 46;

async function compile() {
  const files = new Map();
  const { error, stderr } = await assemblyScript(
    [
      'resample.ts',
      ...['--outFile', 'resample.wasm'],
      ...['--runtime', 'stub', '--enable', 'simd', '-O3', '--noAssert', '--zeroFilledMemory'],
      ...['--initialMemory', String(pages), '--maximumMemory', String(pages)],
    ],
    {
      readFile: async (name) => (name === 'resample.ts' ? readFile(source, 'utf8') : null),
      writeFile: (name, contents) => void files.set(name, contents),
      listFiles: () => [],
    },
  );
  if (error) {
    process.stderr.write(stderr.toBuffer());
    throw error;
  }
  const bytes = files.get('resample.wasm');
  if (bytes.length > maxBytes) throw new Error(`The kernel has ${bytes.length} bytes; expected at most ${maxBytes}.`);
  return bytes;
}

const bytes = await compile();
const text = `/** Made from packages/audio/kernel/resample.ts by \`npm run build:kernel\`; not to be edited. ${bytes.length} bytes in Base64. */
export const kernelBytes =
  '${Buffer.from(bytes).toString('base64')}';
`;
if (!process.argv.includes('--check')) {
  await writeFile(target, text);
} else if (text !== (await readFile(target, 'utf8'))) {
  console.error('packages/audio/src/resample/kernel-bytes.ts is not what its source compiles to: npm run build:kernel');
  process.exitCode = 1;
}
