/**
 * Compiles each SIMD kernel (AssemblyScript) into the TypeScript file that carries its bytes.
 *
 *   node scripts/build-kernel.mjs            writes the files
 *   node scripts/build-kernel.mjs --check    fails if a file is not what its source compiles to
 */
import { readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { main as assemblyScript } from 'assemblyscript/asc';

/** `pages` of memory: as many as its layout takes, which whoever opens the kernel checks. */
const kernels = [
  { source: 'packages/audio/kernel/resample.ts', target: 'packages/audio/src/resample/kernel-bytes.ts', pages: 39 },
  { source: 'packages/vad/kernel/bands.ts', target: 'packages/vad/src/kernel-bytes.ts', pages: 1 },
];
const pathOf = (path) => fileURLToPath(new URL(`../${path}`, import.meta.url));

/** Browsers may refuse to compile more than this at once on the main thread. */
const maxBytes = 4_095;

async function compiled({ source, pages }) {
  const files = new Map();
  const { error, stderr } = await assemblyScript(
    [
      'kernel.ts',
      ...['--outFile', 'kernel.wasm'],
      ...['--runtime', 'stub', '--enable', 'simd', '-O3', '--noAssert', '--zeroFilledMemory'],
      ...['--initialMemory', String(pages), '--maximumMemory', String(pages)],
    ],
    {
      readFile: async (name) => (name === 'kernel.ts' ? readFile(pathOf(source), 'utf8') : null),
      writeFile: (name, contents) => void files.set(name, contents),
      listFiles: () => [],
    },
  );
  if (error) {
    process.stderr.write(stderr.toBuffer());
    throw error;
  }
  const bytes = files.get('kernel.wasm');
  if (bytes.length > maxBytes) throw new Error(`${source} has ${bytes.length} bytes; expected at most ${maxBytes}.`);
  return bytes;
}

for (const kernel of kernels) {
  const bytes = await compiled(kernel);
  const text = `/** Made from ${kernel.source} by \`npm run build:kernel\`; not to be edited. ${bytes.length} bytes in Base64. */
export const kernelBytes =
  '${Buffer.from(bytes).toString('base64')}';
`;
  if (!process.argv.includes('--check')) {
    await writeFile(pathOf(kernel.target), text);
  } else if (text !== (await readFile(pathOf(kernel.target), 'utf8'))) {
    console.error(`${kernel.target} is not what its source compiles to: npm run build:kernel`);
    process.exitCode = 1;
  }
}
