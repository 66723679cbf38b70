import type { AccessMode } from './auth/access.ts';
import { readConfig } from './config/read-config.ts';
import type { Config } from './config/settings.ts';
import { chooseEngine, type EngineChoice } from './engines.ts';
import { startGateway } from './gateway.ts';
import { pagePath } from './http/page-path.ts';
import { type Environment, pageFolder, readVersion, withDotEnv } from './installed.ts';
import { createLog, type Log } from './observe/log.ts';
import { stopOnSignal } from './stop-on-signal.ts';
import { describeStore } from './store/open-store.ts';
import { tuneCollector } from './tune-collector.ts';

/** Says why the server cannot start, and with what code the process should end. */
export type CannotStart = (reasons: readonly string[], exitCode: 1 | 2) => void;

/** Starts the server, which runs until a signal ends it. Settings that cannot be read are 2, anything in the way 1. */
export async function serve(environment: Environment, cannotStart: CannotStart): Promise<void> {
  tuneCollector();
  const read = readConfig(withDotEnv(environment));
  if (!read.ok) return cannotStart(read.faults, 2);
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
    const searchPath = environment['PATH'];
    const found = searchPath === undefined ? {} : { searchPath };
    const gateway = await startGateway({ config, choice, log, pageFolder, version: readVersion(), ...found });
    stopOnSignal(gateway, log);
    warnOfOpenness(gateway.access, config, log);
    log.info(`listening: open ${gateway.address}${pagePath}${linkQuery(gateway.access)}`);
  } catch (error) {
    cannotStart([error instanceof Error ? error.message : String(error)], 1);
    await engine.close();
  }
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
