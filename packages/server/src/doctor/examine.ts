import { systemClock, withTimeLimit } from '@live-transcribe/core';
import { pino } from 'pino';
import type { ReadConfig } from '../config/read-config.ts';
import type { Config } from '../config/settings.ts';
import { chooseEngine } from '../engines.ts';
import { checkAccess } from './checks/access.ts';
import { checkConfiguration } from './checks/configuration.ts';
import { checkDisk } from './checks/disk.ts';
import { checkEngine } from './checks/engine.ts';
import { checkFfmpeg } from './checks/ffmpeg.ts';
import { checkPage } from './checks/page.ts';
import { checkPort } from './checks/port.ts';
import { checkRedis } from './checks/redis.ts';
import { checkService } from './checks/service.ts';
import { checkStore } from './checks/store.ts';
import { type Check, type Finding, ok, sentenceOf, wrong } from './finding.ts';

export interface ExamineOptions {
  readonly read: ReadConfig;
  /** Names of the variables that stand in `.env`. */
  readonly named: readonly string[];
  /** Whether nobody outside of this machine and its databases is asked: then neither the key nor the engine is tried. */
  readonly offline: boolean;
  readonly pageFolder: string;
  /** As in `PATH`. */
  readonly searchPath: string | undefined;
}

/** Loading a recogniser takes some time, and so does a service that is far away; one question to it does not. */
const patienceMs = 30_000;
const questionMs = 10_000;
const lastWordMs = 200;

/** Looks at everything that a server needs, as it is configured. Never rejects. */
export async function examine(options: ExamineOptions): Promise<readonly Finding[]> {
  const { read, named } = options;
  const configuration = checkConfiguration(read, named);
  if (!read.ok) return configuration;
  const checks = checksOf(read.config, options);
  const findings = await Promise.all(checks.map((check) => take(check)));
  return [...configuration, ...findings.flat()];
}

/** They run at the same time: none needs what another one does. */
function checksOf(config: Config, { offline, pageFolder, searchPath }: ExamineOptions): readonly Check[] {
  return [
    { name: 'access', run: async () => checkAccess(config) },
    ...(offline ? [skipped('engine')] : recognition(config)),
    { name: 'ffmpeg', run: () => checkFfmpeg(config, searchPath) },
    { name: 'store', run: () => checkStore(config) },
    { name: 'disk', run: () => checkDisk(config.dataDir) },
    { name: 'redis', run: () => checkRedis(config) },
    { name: 'port', run: () => checkPort(config) },
    { name: 'page', run: () => checkPage(pageFolder) },
  ];
}

function recognition(config: Config): readonly Check[] {
  const choice = chooseEngine(config, pino({ level: 'silent' }));
  const engine: Check = {
    name: 'engine',
    run: async (signal) => {
      try {
        return await checkEngine(choice, signal);
      } finally {
        await choice.engine.close();
      }
    },
  };
  if (choice.engine.id !== 'openai') return [engine];
  return [{ name: 'key', withinMs: questionMs, run: (signal) => checkService(config, signal) }, engine];
}

const skipped = (name: string): Check => ({ name, run: async () => [ok(name, 'Not tried (--offline).')] });

async function take({ name, run, withinMs: ms = patienceMs }: Check): Promise<readonly Finding[]> {
  const mend = 'Look at what it talks to: the network, the service, the disk.';
  const late = wrong(name, `No answer within ${ms / 1000} s.`, mend);
  const ending = new AbortController();
  try {
    return await new Promise<readonly Finding[]>((resolve, reject) => {
      const onLate = () => {
        ending.abort(new Error(late.says));
        // It may know more of why; what takes no notice of the signal is not waited for.
        setTimeout(() => resolve([late]), lastWordMs).unref();
      };
      withTimeLimit({ ms, clock: systemClock, onLate }, () => run(ending.signal)).then(resolve, reject);
    });
  } catch (thrown) {
    return [wrong(name, sentenceOf(thrown), mend)];
  }
}
