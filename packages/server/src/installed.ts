import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parse } from 'dotenv';

/** The page as the build leaves it; this file's own folder is `src` or `dist` of packages/server. */
export const pageFolder = fileURLToPath(new URL('../../../apps/web/dist/', import.meta.url));
const packageFile = new URL('../package.json', import.meta.url);

/** What stands in `.env` in the working directory. */
export const readDotEnv = (): Record<string, string> => (existsSync('.env') ? parse(readFileSync('.env')) : {});

export type Environment = Readonly<Record<string, string | undefined>>;

/** The environment, and under it what stands in `.env`. An empty value hides nothing. */
export function withDotEnv(environment: Environment, dotEnv = readDotEnv()): Environment {
  const given = Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== ''));
  return { ...dotEnv, ...given };
}

export function readVersion(): string {
  const description: unknown = JSON.parse(readFileSync(packageFile, 'utf8'));
  const known = typeof description === 'object' && description !== null && 'version' in description;
  return known ? String(description.version) : 'unknown';
}
