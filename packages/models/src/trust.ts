import { readFile, rename, writeFile } from 'node:fs/promises';
import { sha256Shape } from './checksum.ts';
import { ModelsError } from './models-error.ts';

/** By what an archive has been found to be the right one: the catalogue’s sum, the publisher’s, or that of an earlier download. */
export type Witness = 'catalogue' | 'publisher' | 'earlier download' | 'nobody';

export interface Claims {
  readonly catalogue: string | undefined;
  readonly publisher: string | undefined;
  /** File with the sum of the archive that came first. */
  readonly record: string;
}

/** Holds an archive's sum to all that is known of it, and keeps it for the next time. */
export async function trust(name: string, sum: string, { catalogue, publisher, record }: Claims): Promise<Witness> {
  const earlier = await readRecord(record);
  if (catalogue !== undefined && sum !== catalogue) throw wrong(name, sum, catalogue, 'this version knows it');
  if (publisher !== undefined && sum !== publisher) throw wrong(name, sum, publisher, 'its publisher says');
  if (earlier !== undefined && sum !== earlier) {
    throw wrong(name, sum, earlier, `it was at the first download. If a change is expected, remove ${record}`);
  }
  await writeFile(`${record}.new`, `${sum}\n`);
  await rename(`${record}.new`, record);
  if (catalogue !== undefined) return 'catalogue';
  if (publisher !== undefined) return 'publisher';
  return earlier === undefined ? 'nobody' : 'earlier download';
}

const wrong = (name: string, sum: string, expected: string, why: string) =>
  new ModelsError('wrong_bytes', `The archive of ${name} has the SHA-256 ${sum}, not ${expected} as ${why}.`);

async function readRecord(record: string): Promise<string | undefined> {
  try {
    const sum = (await readFile(record, 'utf8')).trim();
    return sha256Shape.test(sum) ? sum : undefined;
  } catch {
    return undefined;
  }
}
