import { readdir, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { CatalogueEntry, FileRole } from './catalogue-entry.ts';
import { ModelsError } from './models-error.ts';

/** All plain files below `folder`, by their path inside it. */
export async function filesBelow(folder: string): Promise<string[]> {
  const found: string[] = [];
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    if (entry.isDirectory()) {
      const inner = await filesBelow(join(folder, entry.name));
      found.push(...inner.map((path) => `${entry.name}/${path}`));
    } else if (entry.isFile()) found.push(entry.name);
  }
  return found.toSorted();
}

/** The file for each role; throws when an archive is not what the catalogue takes it for. */
export function pickFiles(paths: readonly string[], entry: CatalogueEntry): Partial<Record<FileRole, string>> {
  const picked: Partial<Record<FileRole, string>> = {};
  for (const role of entry.roles) {
    const path = pick(paths, role, entry);
    if (path === undefined) {
      const there = paths.slice(0, 20).join(', ');
      throw new ModelsError(
        'bad_archive',
        `${entry.name} should have a file for "${role}", and it has only: ${there}.`,
      );
    }
    picked[role] = path;
  }
  return picked;
}

function pick(paths: readonly string[], role: FileRole, { kind, variant }: CatalogueEntry): string | undefined {
  const fitting = paths.filter((path) => isFor(basename(path), role));
  const ofVariant = variant === undefined || role === 'tokens' ? [] : fitting.filter((path) => path.includes(variant));
  const candidates = ofVariant.length > 0 ? ofVariant : fitting;
  // Eight bits take a quarter of the room and are faster on a processor; a transducer's tiny decoder gains nothing by it.
  const wantsInt8 = !(role === 'decoder' && kind.endsWith('transducer'));
  return candidates.find((path) => path.includes('.int8.') === wantsInt8) ?? candidates[0];
}

function isFor(name: string, role: FileRole): boolean {
  if (role === 'tokens') return name.endsWith('tokens.txt');
  if (role === 'vocabulary') return name.endsWith('.vocab');
  return name.endsWith('.onnx') && new RegExp(`(^|[-_.])${role}([-_.]|$)`).test(name);
}

/** Removes what takes much room and serves nobody: other versions of the files, and recordings to try them with. */
export async function prune(folder: string, picked: readonly string[]): Promise<void> {
  for (const path of await filesBelow(folder)) {
    const isSpare = /\.(onnx|wav|ort|weights)$/.test(path) && !picked.includes(path);
    if (isSpare) await rm(join(folder, path));
  }
  for (const { name } of await foldersOf(folder)) {
    const inner = join(folder, name);
    if ((await filesBelow(inner)).length === 0) await rm(inner, { recursive: true });
  }
}

const foldersOf = async (folder: string) =>
  (await readdir(folder, { withFileTypes: true })).filter((entry) => entry.isDirectory());
