import type { SchemaState } from '@live-transcribe/store-sql';
import type { Config } from '../../config/settings.ts';
import { describeStore, rehearseStore } from '../../store/open-store.ts';
import { type Finding, ok, sentenceOf, wrong } from '../finding.ts';

const check = 'store';

/** Whether transcripts could be kept; nothing of the attempt stays. */
export async function checkStore(config: Config): Promise<readonly Finding[]> {
  const mend =
    config.databaseUrl === undefined
      ? 'Look at DATA_DIR: the user that runs the server must be able to write there.'
      : 'Look at DATABASE_URL, and whether PostgreSQL runs, lets this machine in and lets this user make tables.';
  try {
    return [ok(check, `${describeStore(config)}: ${stateOf(await rehearseStore(config))}`)];
  } catch (thrown) {
    return [wrong(check, sentenceOf(thrown), mend)];
  }
}

function stateOf({ found, current }: SchemaState): string {
  if (found === undefined) return 'it can be made at the first start.';
  if (found === current) return 'it can be read and written.';
  return `it can be written; the next start takes it from version ${found} to ${current}.`;
}
