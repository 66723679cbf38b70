import { hkdfSync, randomBytes, randomUUID } from 'node:crypto';
import { link, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Config } from '../config/settings.ts';
import type { Log } from '../observe/log.ts';

type TokenConfig = Pick<Config, 'tokenSecret' | 'jwtSecret' | 'dataDir'>;

const bytes = 32;
const fileName = 'token-secret';

/**
 * What the server's own tokens are signed with: TOKEN_SECRET, else a secret drawn from JWT_SECRET, else one that is made
 * once and kept in DATA_DIR, so that tokens outlive a restart.
 */
export async function openTokenSecret(config: TokenConfig, log: Log): Promise<Uint8Array> {
  const given = config.tokenSecret ?? config.jwtSecret;
  if (given !== undefined) return derive(given, 'live-transcribe tokens');
  const file = join(config.dataDir, fileName);
  try {
    return derive(await keptIn(file, config.dataDir), 'live-transcribe tokens');
  } catch (thrown) {
    log.warn({ err: thrown }, `tokens will not outlive this server: their secret cannot be kept in ${file}`);
    return randomBytes(bytes);
  }
}

/** For another use than the one that `secret` was made for. */
export const derive = (secret: string | Uint8Array, use: string): Uint8Array =>
  new Uint8Array(hkdfSync('sha256', secret, new Uint8Array(), use, bytes));

/** Of several servers that start at once in one folder, one makes the file, whole, and all read it. */
async function keptIn(file: string, folder: string): Promise<string> {
  await mkdir(folder, { recursive: true });
  const made = `${file}.${randomUUID()}`;
  await writeFile(made, randomBytes(bytes).toString('base64url'), { flag: 'wx', mode: 0o600, flush: true });
  try {
    await link(made, file);
  } catch (thrown) {
    if (!(thrown instanceof Error && 'code' in thrown && thrown.code === 'EEXIST')) throw thrown;
  } finally {
    await rm(made);
  }
  const kept = (await readFile(file, 'utf8')).trim();
  if (kept.length < bytes) throw new Error(`${file} holds no secret; delete it to have a new one made.`);
  return kept;
}
