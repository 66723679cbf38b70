import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parse } from 'dotenv';
import type { AccessMode } from './auth/access.ts';
import { readConfig } from './config/read-config.ts';
import type { Config } from './config/settings.ts';
import { chooseEngine, type EngineChoice } from './engines.ts';
import { type Gateway, startGateway } from './gateway.ts';
import { pagePath } from './http/page-path.ts';
import { createLog, type Log } from './observe/log.ts';
import { describeStore } from './store/open-store.ts';

/** The page as the build leaves it; this file's own folder is `src` or `dist` of packages/server. */
const pageFolder = fileURLToPath(new URL('../../../apps/web/dist/', import.meta.url));
const packageFile = new URL('../package.json', import.meta.url);

/** The environment, and under it what stands in `.env` in the working directory. An empty value hides nothing. */
function readEnvironment(): Record<string, string | undefined> {
  const given = Object.fromEntries(Object.entries(process.env).filter(([, value]) => value !== ''));
  return existsSync('.env') ? { ...parse(readFileSync('.env')), ...given } : given;
}

function readVersion(): string {
  const description: unknown = JSON.parse(readFileSync(packageFile, 'utf8'));
  const known = typeof description === 'object' && description !== null && 'version' in description;
  return known ? String(description.version) : 'unknown';
}

function noteSharing({ redisUrl, databaseUrl }: Config, log: Log): void {
  if (redisUrl === undefined) return;
  log.info('sessions are shared with the other servers of REDIS_URL');
  if (databaseUrl === undefined) {
    log.warn('REDIS_URL is set without DATABASE_URL: only servers with the same DATA_DIR share what they keep');
  }
}

function warnOfLanguage({ engine, plainLanguage }: EngineChoice, log: Log): void {
  const { languages } = engine.features;
  if (languages === 'any' || plainLanguage === 'auto' || languages.includes(plainLanguage)) return;
  log.warn(`LANGUAGE=${plainLanguage} is not known to ${engine.id}: /ws refuses clients that name no other language`);
}

function warnOfOpenness(access: AccessMode, { redisUrl, databaseUrl, tokenSecret, jwtSecret }: Config, log: Log): void {
  if (access.kind === 'open' && access.reason === 'asked') {
    log.warn('AUTH=none: whoever reaches this server may use it, at your cost, and read and delete what is kept');
  }
  const isOneOfSeveral = redisUrl !== undefined || databaseUrl !== undefined;
  if (access.kind === 'configured' && isOneOfSeveral && tokenSecret === undefined && jwtSecret === undefined) {
    log.warn('TOKEN_SECRET is not set: tokens of POST /v1/tokens are good for this server alone');
  }
}

/** The only place where the access token is shown: whoever reads the server's output may come in, as in Jupyter. */
const linkQuery = (access: AccessMode): string => (access.kind === 'token' ? `?token=${access.token}` : '');

function stopOnSignal(gateway: Gateway, log: Log): void {
  let stopping = false;
  const stop = (signal: NodeJS.Signals) => {
    // Asked twice, somebody is in a hurry.
    if (stopping) process.exit(1);
    stopping = true;
    log.info(`${signal}: stopping when what was said is finalised`);
    gateway.close().then(
      () => log.info('stopped'),
      (error: unknown) => {
        log.error({ err: error }, 'stopping failed');
        process.exitCode = 1;
      },
    );
  };
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);
}

async function main(): Promise<void> {
  const read = readConfig(readEnvironment());
  if (!read.ok) {
    for (const fault of read.faults) console.error(`Cannot start: ${fault}`);
    process.exitCode = 2;
    return;
  }
  const { config } = read;
  const log = createLog(config.logLevel);
  const choice = chooseEngine(config, log);
  const { engine, reason } = choice;
  log[engine.id === 'none' ? 'warn' : 'info'](`engine ${engine.id}: ${reason}`);
  if (engine.features.caveat) log.info(engine.features.caveat);
  log.info(`transcripts are kept in ${describeStore(config)}`);
  noteSharing(config, log);
  warnOfLanguage(choice, log);
  try {
    const searchPath = process.env['PATH'];
    const found = searchPath === undefined ? {} : { searchPath };
    const gateway = await startGateway({ config, choice, log, pageFolder, version: readVersion(), ...found });
    stopOnSignal(gateway, log);
    warnOfOpenness(gateway.access, config, log);
    log.info(`listening: open ${gateway.address}${pagePath}${linkQuery(gateway.access)}`);
  } catch (error) {
    console.error(`Cannot start: ${error instanceof Error ? error.message : String(error)}`);
    await engine.close();
    process.exitCode = 1;
  }
}

await main();
