import { existsSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { addressOf } from './catalogue.ts';
import type { CatalogueEntry } from './catalogue-entry.ts';
import { publishedSha256, sha256Of } from './checksum.ts';
import { download, type Progress } from './download.ts';
import { assertFree, type Examine, install } from './install.ts';
import { manifestName } from './manifest.ts';
import { asDiskFault, ModelsError } from './models-error.ts';
import { dropPart } from './part.ts';
import { hold, placeOf, workplaceOf } from './shelf.ts';
import { trust, type Witness } from './trust.ts';
import { usualWaits, type Waits } from './waits.ts';

/** What happens to a model, for people who wait. */
export type Step =
  | { readonly kind: 'waiting' }
  | { readonly kind: 'downloading'; readonly from: string }
  | { readonly kind: 'received'; readonly progress: Progress }
  | { readonly kind: 'retry'; readonly fault: ModelsError; readonly delayMs: number }
  | { readonly kind: 'checking' }
  | { readonly kind: 'unpacking'; readonly progress: Progress };

export interface WorkOptions {
  /** Folder of the models. */
  readonly shelf: string;
  readonly signal: AbortSignal;
  readonly examine: Examine;
  readonly waits?: Waits;
  readonly onStep?: (step: Step) => void;
}

export interface PullOptions extends WorkOptions {
  /** Address of a folder with the publisher's file names. */
  readonly mirror?: string | undefined;
}

export interface Pulled {
  readonly folder: string;
  /** It was there before, and nothing was done. */
  readonly wasThere: boolean;
  readonly witness: Witness | undefined;
}

/** No archive of a model is larger. */
const mostBytes = 8 * 1024 ** 3;

/** Downloads a model of the catalogue, if it is not there; interrupted anywhere, the next one goes on from there. */
export async function pull(entry: CatalogueEntry, options: PullOptions): Promise<Pulled> {
  const { shelf, waits = usualWaits, onStep } = options;
  const { name } = entry;
  const onWaiting = () => onStep?.({ kind: 'waiting' });
  return hold({ shelf, name, signal: options.signal, waits, onWaiting }, async (signal) => {
    const { archive } = workplaceOf(shelf, name);
    const folder = placeOf(shelf, name);
    const wasThere = existsSync(join(folder, manifestName));
    if (wasThere) await dropPart(archive);
    if (wasThere) return { folder, wasThere, witness: undefined };
    assertFree(folder);
    return { wasThere, ...(await bring(entry, archive, { ...options, waits, signal })) };
  });
}

type Bring = PullOptions & { readonly waits: Waits };

async function bring(entry: CatalogueEntry, archive: string, options: Bring): Promise<Omit<Pulled, 'wasThere'>> {
  const { shelf, mirror, signal, examine, onStep } = options;
  const from = addressOf(entry, mirror);
  const { sha256, witness } = await fetchRight(entry, from, archive, options);
  const onUnpacked = (progress: Progress) => onStep?.({ kind: 'unpacking', progress });
  const folder = await install({ shelf, entry, archive, origin: { from, sha256 }, signal, examine, onUnpacked });
  await dropPart(archive);
  return { folder, witness };
}

/** The archive, as it should be. */
async function fetchRight(entry: CatalogueEntry, from: string, archive: string, options: Bring) {
  const { shelf, signal, waits, onStep } = options;
  const { sum: record } = workplaceOf(shelf, entry.name);
  for (let again = false; ; again = true) {
    const { resumed } = await fetchWhole(from, archive, options);
    onStep?.({ kind: 'checking' });
    try {
      await assertForm(archive, from, entry);
      const sha256 = await sha256Of(archive, signal);
      const publisher = entry.sha256 === undefined ? await publishedSha256(from, { signal, waits }) : undefined;
      const witness = await trust(entry.name, sha256, { catalogue: entry.sha256, publisher, record });
      return { sha256, witness };
    } catch (thrown) {
      const isWrong = thrown instanceof ModelsError && ['wrong_bytes', 'refused'].includes(thrown.code);
      if (!isWrong) throw asDiskFault(thrown, archive);
      // It can never become right by going on.
      await dropPart(archive);
      if (!resumed || again) throw thrown;
    }
  }
}

async function fetchWhole(from: string, archive: string, { signal, waits, onStep }: Bring) {
  onStep?.({ kind: 'downloading', from });
  try {
    return await download({
      url: from,
      file: archive,
      maxBytes: mostBytes,
      signal,
      waits,
      onProgress: (progress) => onStep?.({ kind: 'received', progress }),
      onRetry: (fault, delayMs) => onStep?.({ kind: 'retry', fault, delayMs }),
    });
  } catch (thrown) {
    if (!(thrown instanceof ModelsError) || thrown.code !== 'unreachable') throw thrown;
    const says = `${thrown.message} Without the internet: bring ${from} here, and add it by "live-transcribe models add <file>", or name a mirror in MODELS_MIRROR.`;
    throw new ModelsError('unreachable', says, { cause: thrown });
  }
}

/** What a file begins with, which a sign-in page does not: bzip2's letters, or an ONNX file's first field. */
const beginnings = {
  archive: { bytes: 'BZh', is: 'a .tar.bz2 archive' },
  onnx: { bytes: '\u0008', is: 'an ONNX file' },
} as const;

async function assertForm(archive: string, from: string, { form = 'archive' }: CatalogueEntry): Promise<void> {
  const { bytes, is } = beginnings[form];
  const handle = await open(archive, 'r');
  try {
    const { buffer } = await handle.read(Buffer.alloc(bytes.length), 0, bytes.length, 0);
    if (buffer.toString('latin1') !== bytes) throw new ModelsError('refused', `What ${from} sends is not ${is}.`);
  } finally {
    await handle.close();
  }
}
