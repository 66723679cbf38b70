import { parseArgs } from 'node:util';
import { type ModelsCommand, modelsUsage, parseModelsCommand } from './models/models-command.ts';

export type Command =
  | { readonly kind: 'serve' }
  | { readonly kind: 'doctor'; readonly json: boolean; readonly offline: boolean }
  | ModelsCommand
  | { readonly kind: 'help' }
  | { readonly kind: 'version' };

export const usage = `Usage: live-transcribe [command]

  serve            the server (without a command as well)
  doctor           looks at what a server needs, and says what is wrong and how to mend it;
                   exits with 1 when something is wrong
    --json         for programs
    --offline      tries neither the key nor the engine
${modelsUsage}
  --help, --version

Settings are read from the environment and from .env; docs/operations.md has them.
`;

/** Throws an `Error` with a sentence. */
export function parseCommand(parts: readonly string[]): Command {
  const { values, positionals } = parseArgs({
    args: [...parts],
    allowPositionals: true,
    options: {
      json: { type: 'boolean', default: false },
      offline: { type: 'boolean', default: false },
      language: { type: 'string' },
      help: { type: 'boolean', short: 'h', default: false },
      version: { type: 'boolean', default: false },
    },
  });
  const { json, offline, language, help, version } = values;
  if (help) return { kind: 'help' };
  if (version) return { kind: 'version' };
  const [command = 'serve', ...rest] = positionals;
  if (command === 'models') return parseModelsCommand(rest, { json, language });
  if (rest.length > 0) throw new Error(`"${rest[0]}" is one word too many.`);
  if (language !== undefined) throw new Error('--language belongs to models list.');
  if (command === 'doctor') return { kind: 'doctor', json, offline };
  if (command !== 'serve') throw new Error(`There is no command "${command}".`);
  if (json || offline) throw new Error('--json and --offline belong to the command doctor.');
  return { kind: 'serve' };
}
