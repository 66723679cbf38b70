import { existsSync } from 'node:fs';
import { copyFile, mkdir, open, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { CatalogueEntry } from './catalogue-entry.ts';
import { manifestName, sumsOf } from './manifest.ts';
import { filesBelow, pickFiles, prune } from './model-files.ts';
import { asDiskFault, ModelsError } from './models-error.ts';
import { placeOf, workplaceOf } from './shelf.ts';
import { unpack } from './unpack.ts';

/** What is wrong with the model in a folder, as a sentence, for whoever is to use it. */
export type Examine = (folder: string) => string | undefined;

export interface Origin {
  /** Address or path of the archive. */
  readonly from: string;
  readonly sha256: string;
}

export interface InstallOptions {
  readonly shelf: string;
  readonly entry: CatalogueEntry;
  readonly archive: string;
  readonly origin: Origin;
  readonly signal: AbortSignal;
  readonly examine: Examine;
  readonly onUnpacked?: ((progress: { readonly received: number; readonly total: number }) => void) | undefined;
}

const mebibyte = 1_048_576;

/** Weights hardly become smaller by packing; an archive that grows so much is not one of a model. */
const mostGrowth = 20;
const mostEntries = 1_000;

/** Unpacks an archive, or puts a single file, into the model's folder, which comes to be there whole or not at all. */
export async function install(options: InstallOptions): Promise<string> {
  const { shelf, entry, archive, signal, onUnpacked } = options;
  const { stage } = workplaceOf(shelf, entry.name);
  try {
    await rm(stage, { recursive: true, force: true });
    await mkdir(stage, { recursive: true });
    const { size: total } = await stat(archive);
    const limits = { maxBytes: 64 * mebibyte + mostGrowth * total, maxEntries: mostEntries };
    const onProgress = (received: number) => onUnpacked?.({ received, total });
    if (entry.form === 'onnx') await copyFile(archive, join(stage, 'model.onnx'));
    else await unpack({ archive, folder: stage, limits, signal, onProgress });
    await describe(stage, options);
    return await appear(stage, options);
  } catch (thrown) {
    await rm(stage, { recursive: true, force: true });
    throw asDiskFault(thrown, stage);
  }
}

/** Gives what has been unpacked its `model.json`, and takes away what no engine reads. */
export async function describe(
  folder: string,
  { entry, origin, signal }: Pick<InstallOptions, 'entry' | 'signal'> & { readonly origin?: Origin },
): Promise<void> {
  const files = pickFiles(await filesBelow(folder), entry);
  await prune(folder, Object.values(files));
  const sha256 = await sumsOf(folder, await filesBelow(folder), signal);
  const { kind, languages, licence, settings, summary } = entry;
  const manifest = { kind, files, languages, ...settings, summary, licence, archive: origin, sha256 };
  await writeWhole(join(folder, manifestName), `${JSON.stringify(manifest, null, 2)}\n`);
}

/** Moves a whole model to its place. */
export async function appear(
  stage: string,
  { shelf, entry: { name }, examine }: { shelf: string; entry: { readonly name: string }; examine: Examine },
): Promise<string> {
  const fault = examine(stage);
  if (fault !== undefined) throw new ModelsError('bad_archive', `${name} is no model that can be used: ${fault}`);
  const place = placeOf(shelf, name);
  assertFree(place);
  await rename(stage, place);
  return place;
}

export function assertFree(place: string): void {
  if (!existsSync(place)) return;
  throw new ModelsError('in_the_way', `${place} is there already, and is no model. Move it away, and try again.`);
}

async function writeWhole(path: string, text: string): Promise<void> {
  await writeFile(path, text);
  const handle = await open(path, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
