import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { sha256Of } from './checksum.ts';
import type { Examine } from './install.ts';
import { manifestName, readManifest } from './manifest.ts';
import { ModelsError } from './models-error.ts';
import { assertName, placeOf } from './shelf.ts';

export interface Verified {
  readonly name: string;
  readonly folder: string;
  /** Sentences; none where all is well. */
  readonly faults: readonly string[];
  /** Files whose sum is what it was when they came; 0 for a model brought by hand, of which none is known. */
  readonly checked: number;
}

/** Reads a model from its first to its last byte, and holds it to what it was. */
export async function verify(
  name: string,
  { shelf, signal, examine }: { readonly shelf: string; readonly signal: AbortSignal; readonly examine: Examine },
): Promise<Verified> {
  assertName(name);
  const folder = placeOf(shelf, name);
  if (!existsSync(join(folder, manifestName))) {
    throw new ModelsError('unknown', `There is no model ${name} in ${shelf}.`);
  }
  const faults: string[] = [];
  let checked = 0;
  try {
    for (const [path, sum] of Object.entries((await readManifest(folder)).sha256 ?? {})) {
      const fault = await faultOf(folder, path, sum, signal);
      if (fault === undefined) checked += 1;
      else faults.push(fault);
    }
  } catch (thrown) {
    if (!(thrown instanceof ModelsError) || thrown.code !== 'damaged') throw thrown;
    faults.push(thrown.message);
  }
  const unusable = faults.length === 0 ? examine(folder) : undefined;
  return { name, folder, checked, faults: unusable === undefined ? faults : [unusable] };
}

async function faultOf(folder: string, path: string, sum: string, signal: AbortSignal): Promise<string | undefined> {
  const file = join(folder, path);
  if (!existsSync(file)) return `${file} is missing.`;
  return (await sha256Of(file, signal)) === sum ? undefined : `${file} is not what it was when it came.`;
}
