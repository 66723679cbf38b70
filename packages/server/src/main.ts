import { type Command, parseCommand, usage } from './command-line.ts';
import { readConfig } from './config/read-config.ts';
import { pageFolder, readDotEnv, readVersion, withDotEnv } from './installed.ts';
import type { ModelsCommand } from './models/models-command.ts';

// Each command loads what it needs: all the parts of a server take longer to load than most commands take.

async function serve(): Promise<void> {
  const server = await import('./serve.ts');
  await server.serve(process.env, (reasons, exitCode) => {
    for (const reason of reasons) console.error(`Cannot start: ${reason}`);
    process.exitCode = exitCode;
  });
}

async function doctor({ json, offline }: Extract<Command, { kind: 'doctor' }>): Promise<void> {
  const { examine } = await import('./doctor/examine.ts');
  const { asJson, asText, isWell } = await import('./doctor/report.ts');
  const dotEnv = readDotEnv();
  const read = readConfig(withDotEnv(process.env, dotEnv));
  const searchPath = process.env['PATH'];
  const findings = await examine({ read, named: Object.keys(dotEnv), offline, pageFolder, searchPath });
  const isOver = new Promise((resolve) => process.stdout.write(json ? asJson(findings) : asText(findings), resolve));
  await isOver;
  // What a check could not end, a socket that nobody answers, is not waited for.
  process.exit(isWell(findings) ? 0 : 1);
}

async function models(command: ModelsCommand): Promise<void> {
  const read = readConfig(withDotEnv(process.env));
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

await main();
