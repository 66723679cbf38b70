import { existsSync } from 'node:fs';
import { mkdir, readdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { lock } from 'proper-lockfile';
import { type Manifest, manifestName, readManifest } from './manifest.ts';
import { filesBelow } from './model-files.ts';
import { aborted, asDiskFault, ModelsError } from './models-error.ts';
import { dropPart } from './part.ts';
import { type Waits, wait } from './waits.ts';

/** A model's folder is there, with a `model.json`; `fault` says what is wrong with it. */
export type Shelved =
  | { readonly name: string; readonly folder: string; readonly bytes: number; readonly manifest: Manifest }
  | { readonly name: string; readonly folder: string; readonly fault: string };

const nameShape = /^[a-z0-9][a-z0-9._-]{0,99}$/i;

/** A name that is safe as a folder's. */
export function assertName(name: string): void {
  if (nameShape.test(name)) return;
  throw new ModelsError(
    'unknown',
    `"${name}" cannot be a model’s name: letters, digits, dots, hyphens and underscores are.`,
  );
}

/** Where a model is, or would be. */
export const placeOf = (shelf: string, name: string): string => join(shelf, name);

/** What is not whole yet, or not any more, is below this folder of the same disk. */
const workshop = '.work';

export interface Workplace {
  /** An archive on its way. */
  readonly archive: string;
  /** A folder on its way. */
  readonly stage: string;
  /** The sum of the archive that came first. */
  readonly sum: string;
}

export const workplaceOf = (shelf: string, name: string): Workplace => ({
  archive: join(shelf, workshop, `${name}.tar.bz2.part`),
  stage: join(shelf, workshop, `${name}.stage`),
  sum: join(shelf, workshop, `${name}.sha256`),
});

export interface HoldOptions {
  readonly shelf: string;
  readonly name: string;
  readonly signal: AbortSignal;
  readonly waits: Waits;
  /** Somebody else works on this model, and is waited for. */
  readonly onWaiting?: () => void;
}

/** A lock is touched so often; one that has not been for `staleMs` is that of a process that has died. */
const touchMs = 5_000;
const staleMs = 15_000;

/** Does `work` while no other process works on the same model: the lock is a heartbeat, so it holds between containers. */
export async function hold<T>(options: HoldOptions, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const lost = new AbortController();
  const release = await take(options, lost);
  try {
    return await work(AbortSignal.any([options.signal, lost.signal]));
  } catch (thrown) {
    throw lost.signal.aborted ? lost.signal.reason : thrown;
  } finally {
    // A lock that was lost is another's.
    if (!lost.signal.aborted) await release().catch(() => undefined);
  }
}

async function take(options: HoldOptions, lost: AbortController): Promise<() => Promise<void>> {
  const { shelf, name, signal, waits, onWaiting } = options;
  const path = join(shelf, workshop, name);
  const busy = new ModelsError('busy', `Another process works on ${name}, and does not come to an end.`);
  const onCompromised = (cause: Error) =>
    lost.abort(new ModelsError('busy', `Another process has begun to work on ${name}.`, { cause }));
  await makeFolder(join(shelf, workshop));
  for (let waited = 0; ; waited += 1_000) {
    if (signal.aborted) throw aborted(signal.reason);
    try {
      return await lock(path, { realpath: false, update: touchMs, stale: staleMs, onCompromised });
    } catch (thrown) {
      const isHeld = thrown instanceof Error && 'code' in thrown && thrown.code === 'ELOCKED';
      if (!isHeld) throw asDiskFault(thrown, path);
      if (waited >= waits.lockMs) throw busy;
      if (waited === 0) onWaiting?.();
      await wait(1_000, signal).catch((cause: unknown) => {
        throw aborted(cause);
      });
    }
  }
}

export async function makeFolder(path: string): Promise<void> {
  try {
    await mkdir(path, { recursive: true });
  } catch (thrown) {
    throw asDiskFault(thrown, path);
  }
}

/** All models below `shelf`, by name; what is no model, or not whole, is not among them. */
export async function shelved(shelf: string): Promise<readonly Shelved[]> {
  if (!existsSync(shelf)) return [];
  const names = (await readdir(shelf)).filter((name) => nameShape.test(name)).toSorted();
  const there = names.filter((name) => existsSync(join(placeOf(shelf, name), manifestName)));
  return Promise.all(there.map((name) => look(shelf, name)));
}

async function look(shelf: string, name: string): Promise<Shelved> {
  const folder = placeOf(shelf, name);
  try {
    const manifest = await readManifest(folder);
    let bytes = 0;
    for (const path of await filesBelow(folder)) bytes += (await stat(join(folder, path))).size;
    return { name, folder, bytes, manifest };
  } catch (thrown) {
    return { name, folder, fault: thrown instanceof Error ? thrown.message : String(thrown) };
  }
}

/** Takes a model away, at once for all who look, and what is left of its download; the sum of its archive stays. */
export async function remove(options: HoldOptions): Promise<void> {
  const { shelf, name } = options;
  assertName(name);
  const folder = placeOf(shelf, name);
  const { stage, archive } = workplaceOf(shelf, name);
  if (!existsSync(folder) && !existsSync(archive)) {
    throw new ModelsError('unknown', `There is no model ${name} in ${shelf}.`);
  }
  await hold(options, async () => {
    try {
      await rm(stage, { recursive: true, force: true });
      if (existsSync(folder)) await rename(folder, stage);
      await rm(stage, { recursive: true, force: true });
      await dropPart(archive);
    } catch (thrown) {
      throw asDiskFault(thrown, folder);
    }
  });
}
