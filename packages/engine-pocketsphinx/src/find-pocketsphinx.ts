import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

export interface PocketSphinxFiles {
  /** Path of `libpocketsphinx.so.3`. */
  readonly library: string;
  /** Folder of the acoustic model, the language model and the dictionary. */
  readonly modelFolder: string;
}

export type FoundPocketSphinx = PocketSphinxFiles | { readonly missing: string };

const libraryName = 'libpocketsphinx.so.3';
const modelFolder = '/usr/share/pocketsphinx/model/en-us';
const libraryFolders = ['/usr/lib', '/usr/local/lib'];

/** Debian's library and English model; `missing` is a sentence that says what to install. */
export function findPocketSphinx(): FoundPocketSphinx {
  const library = libraryFolders
    .flatMap(withMultiarch)
    .map((folder) => join(folder, libraryName))
    .find(existsSync);
  const model = existsSync(join(modelFolder, 'en-us.lm.bin'));
  if (library !== undefined && model) return { library, modelFolder };
  const packages = [library === undefined && 'libpocketsphinx3', !model && 'pocketsphinx-en-us'].filter(Boolean);
  return { missing: `The embedded recogniser is not installed: Debian's ${packages.join(' and ')} missing.` };
}

/** Debian keeps libraries in a folder for each architecture, such as `x86_64-linux-gnu`. */
function withMultiarch(folder: string): string[] {
  if (!existsSync(folder)) return [];
  const below = readdirSync(folder).filter((name) => name.endsWith('-linux-gnu'));
  return [folder, ...below.map((name) => join(folder, name))];
}
