import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { sha256Of, sha256Shape } from './checksum.ts';
import { ModelsError } from './models-error.ts';

export const manifestName = 'model.json';

/** What of a `model.json` matters for keeping a model; what matters for recognising is the engine's. */
const manifestShape = z.looseObject({
  kind: z.string(),
  languages: z.union([z.literal('any'), z.array(z.string())]),
  files: z.record(z.string(), z.string()),
  /** By path: what the files were when they came. */
  sha256: z.record(z.string(), z.string().regex(sha256Shape)).optional(),
  licence: z.string().optional(),
});

export type Manifest = z.output<typeof manifestShape>;

export async function readManifest(folder: string): Promise<Manifest> {
  const file = join(folder, manifestName);
  try {
    return manifestShape.parse(JSON.parse(await readFile(file, 'utf8')));
  } catch (cause) {
    const why = cause instanceof z.ZodError ? z.prettifyError(cause).replaceAll(/\s*\n\s*/g, '; ') : String(cause);
    throw new ModelsError('damaged', `${file} cannot be used: ${why}`, { cause });
  }
}

/** Of each of `paths` inside `folder`. */
export async function sumsOf(
  folder: string,
  paths: readonly string[],
  signal: AbortSignal,
): Promise<Record<string, string>> {
  const sums: Record<string, string> = {};
  for (const path of paths) sums[path] = await sha256Of(join(folder, path), signal);
  return sums;
}
