import { existsSync } from 'node:fs';
import { cp, lstat, rm, stat, writeFile } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { catalogue, findEntry } from './catalogue.ts';
import { sha256Of } from './checksum.ts';
import { appear, assertFree, describe, install } from './install.ts';
import { manifestName, readManifest, sumsOf } from './manifest.ts';
import { filesBelow } from './model-files.ts';
import { asDiskFault, ModelsError } from './models-error.ts';
import type { WorkOptions } from './pull.ts';
import { assertName, hold, makeFolder, placeOf, workplaceOf } from './shelf.ts';
import { trust } from './trust.ts';
import { usualWaits } from './waits.ts';

export interface Added {
  readonly name: string;
  readonly folder: string;
}

/** Puts an archive of the catalogue, or a folder that holds a model, among the models; what is given stays as it is. */
export async function add(given: string, options: WorkOptions): Promise<Added> {
  const path = resolve(given);
  if (!existsSync(path)) throw new ModelsError('unknown', `There is no ${path}.`);
  const isFolder = (await stat(path)).isDirectory();
  const entry = findEntry(basename(path));
  const name = entry?.name ?? basename(path);
  if (entry === undefined && !(isFolder && existsSync(join(path, manifestName)))) throw stranger(path);
  assertName(name);
  const { shelf, waits = usualWaits, onStep } = options;
  const place = placeOf(shelf, name);
  const onWaiting = () => onStep?.({ kind: 'waiting' });
  const folder = await hold({ shelf, name, signal: options.signal, waits, onWaiting }, async (signal) => {
    if (existsSync(join(place, manifestName))) throw isThere(name, place);
    assertFree(place);
    const work = { ...options, signal };
    return isFolder ? addFolder(path, name, work) : addArchive(path, name, work);
  });
  return { name, folder };
}

const stranger = (path: string) =>
  new ModelsError(
    'unknown',
    `${path} is no model that is known here: it should have a ${manifestName}, or the name of an archive of the catalogue, such as ${catalogue[0]?.archive}.tar.bz2.`,
  );

const isThere = (name: string, place: string) =>
  new ModelsError('in_the_way', `The model ${name} is there already, in ${place}.`);

async function addArchive(archive: string, name: string, options: WorkOptions): Promise<string> {
  const { shelf, signal, examine, onStep } = options;
  const entry = findEntry(name);
  if (entry === undefined) throw stranger(archive);
  onStep?.({ kind: 'checking' });
  const sha256 = await sha256Of(archive, signal);
  const { sum: record } = workplaceOf(shelf, name);
  await trust(name, sha256, { catalogue: entry.sha256, publisher: undefined, record });
  const onUnpacked = (progress: { received: number; total: number }) => onStep?.({ kind: 'unpacking', progress });
  return install({ shelf, entry, archive, origin: { from: archive, sha256 }, signal, examine, onUnpacked });
}

async function addFolder(source: string, name: string, { shelf, signal, examine }: WorkOptions): Promise<string> {
  const { stage } = workplaceOf(shelf, name);
  try {
    await makeFolder(shelf);
    await rm(stage, { recursive: true, force: true });
    await cp(source, stage, { recursive: true, filter: async (path) => isPlain(await lstat(path)) });
    const entry = findEntry(name);
    if (existsSync(join(stage, manifestName))) await addSums(stage, signal);
    else if (entry !== undefined) await describe(stage, { entry, signal });
    return await appear(stage, { shelf, entry: { name }, examine });
  } catch (thrown) {
    await rm(stage, { recursive: true, force: true });
    throw asDiskFault(thrown, stage);
  }
}

/** A link would lead out of the models, or nowhere. */
const isPlain = (found: { isFile(): boolean; isDirectory(): boolean }): boolean =>
  found.isFile() || found.isDirectory();

/** From now on it is known what its files are. */
async function addSums(folder: string, signal: AbortSignal): Promise<void> {
  const manifest = await readManifest(folder);
  const paths = (await filesBelow(folder)).filter((path) => path !== manifestName);
  const sha256 = await sumsOf(folder, paths, signal);
  await writeFile(join(folder, manifestName), `${JSON.stringify({ ...manifest, sha256 }, null, 2)}\n`);
}
