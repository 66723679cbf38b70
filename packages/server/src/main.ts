import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parse } from 'dotenv';
import type { AccessMode } from './auth/access.ts';
import { type Command, parseCommand, usage } from './command-line.ts';
import { readConfig } from './config/read-config.ts';
import type { Config } from './config/settings.ts';
import { chooseEngine, type EngineChoice } from './engines.ts';
import { startGateway } from './gateway.ts';
import { pagePath } from './http/page-path.ts';
import type { ModelsCommand } from './models/models-command.ts';
import { createLog, type Log } from './observe/log.ts';
import { stopOnSignal } from './stop-on-signal.ts';
import { describeStore } from './store/open-store.ts';
import { tuneCollector } from './tune-collector.ts';

/** The page as the build leaves it; this file's own folder is `src` or `dist` of packages/server. */
const pageFolder = fileURLToPath(new URL('../../../apps/web/dist/', import.meta.url));
const packageFile = new URL('../package.json', import.meta.url);

/** What stands in `.env` in the working directory. */
const readDotEnv = (): Record<string, string> => (existsSync('.env') ? parse(readFileSync('.env')) : {});

/** The environment, and under it what stands in `.env`. An empty value hides nothing. */
function readEnvironment(dotEnv: Record<string, string>): Record<string, string | undefined> {
  const given = Object.fromEntries(Object.entries(process.env).filter(([, value]) => value !== ''));
  return { ...dotEnv, ...given };
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

async function doctor({ json, offline }: Extract<Command, { kind: 'doctor' }>): Promise<void> {
  // A server needs none of it.
  const { examine } = await import('./doctor/examine.ts');
  const { asJson, asText, isWell } = await import('./doctor/report.ts');
  const dotEnv = readDotEnv();
  const read = readConfig(readEnvironment(dotEnv));
  const searchPath = process.env['PATH'];
  const findings = await examine({ read, named: Object.keys(dotEnv), offline, pageFolder, searchPath });
  const isOver = new Promise((resolve) => process.stdout.write(json ? asJson(findings) : asText(findings), resolve));
  await isOver;
  // What a check could not end, a socket that nobody answers, is not waited for.
  process.exit(isWell(findings) ? 0 : 1);
}

async function models(command: ModelsCommand): Promise<void> {
  const read = readConfig(readEnvironment(readDotEnv()));
  if (!read.ok) {
    for (const fault of read.faults) console.error(fault);
    process.exitCode = 2;
    return;
  }
  const { runModels } = await import('./models/run-models.ts');
  const stop = new AbortController();
  // What has arrived is kept; asked twice, somebody is in a hurry.
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => (stop.signal.aborted ? process.exit(130) : stop.abort()));
  }
  const terminal = {
    out: (text: string) => void process.stdout.write(text),
    err: (text: string) => void process.stderr.write(text),
    isWatched: process.stderr.isTTY,
  };
  process.exitCode = await runModels(command, read.config, terminal, stop.signal);
}

async function main(): Promise<void> {
  const command = readCommand();
  switch (command?.kind) {
    case 'serve':
      return serve();
    case 'doctor':
      return doctor(command);
    case 'models':
      return models(command);
    case 'help':
      process.stdout.write(usage);
      return;
    case 'version':
      process.stdout.write(`${readVersion()}\n`);
      return;
    case undefined:
      return;
    default:
      command satisfies never;
  }
}

function readCommand(): Command | undefined {
  try {
    return parseCommand(process.argv.slice(2));
  } catch (thrown) {
    process.stderr.write(`${thrown instanceof Error ? thrown.message : String(thrown)}\n\n${usage}`);
    process.exitCode = 2;
    return undefined;
  }
}

async function serve(): Promise<void> {
  tuneCollector();
  const read = readConfig(readEnvironment(readDotEnv()));
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
