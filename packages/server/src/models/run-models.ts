import { join } from 'node:path';
import { readAnyModel } from '@live-transcribe/engine-sherpa';
import {
  add,
  findEntry,
  ModelsError,
  type ModelsErrorCode,
  placeOf,
  pull,
  remove,
  shelved,
  suggestedModel,
  usualWaits,
  verify,
  type Witness,
} from '@live-transcribe/models';
import type { Config } from '../config/settings.ts';
import { besideFaults, besideOf, findSherpa } from '../sherpa-model.ts';
import { asTable, knows, type ListedModel, listModels } from './list-models.ts';
import type { ModelsCommand } from './models-command.ts';
import { Story, type Terminal } from './terminal.ts';

/** For scripts; docs/engines.md has them. */
const exitCodes: Record<ModelsErrorCode, number> = {
  ...{ damaged: 1, wrong_bytes: 1, bad_archive: 1, refused: 1, busy: 1 },
  unknown: 2,
  unreachable: 3,
  ...{ no_space: 4, no_rights: 4, in_the_way: 4 },
  // As a shell counts a process that Ctrl-C has ended.
  aborted: 130,
};

/** Does what is asked for; the exit code. */
export async function runModels(
  command: ModelsCommand,
  config: Config,
  terminal: Terminal,
  signal: AbortSignal,
): Promise<number> {
  const story = new Story(terminal);
  try {
    return await run(command, { config, shelf: join(config.dataDir, 'models'), terminal, story, signal });
  } catch (thrown) {
    story.end();
    terminal.err(`${thrown instanceof Error ? thrown.message : String(thrown)}\n`);
    return thrown instanceof ModelsError ? exitCodes[thrown.code] : 1;
  }
}

interface Place {
  readonly config: Config;
  readonly shelf: string;
  readonly terminal: Terminal;
  readonly story: Story;
  readonly signal: AbortSignal;
}

function run(command: ModelsCommand, place: Place): Promise<number> {
  switch (command.does) {
    case 'list':
      return list(command, place);
    case 'pull':
      return pullOne(command.name, place);
    case 'add':
      return addOne(command.path, place);
    case 'rm':
      return removeOne(command.name, place);
    case 'verify':
      return verifyThem(command, place);
    case 'path':
      return tellPath(command.name, place);
    default:
      return command satisfies never;
  }
}

async function list(
  { json, language }: Extract<ModelsCommand, { does: 'list' }>,
  { config, shelf, terminal }: Place,
): Promise<number> {
  const found = findSherpa(language === undefined ? config : { ...config, language });
  const taken = 'model' in found ? [found.model, found.punctuation.model, found.speakers.model] : [];
  const names = taken.flatMap((model) => model?.name ?? []);
  const all = listModels(await shelved(shelf), names);
  const models = language === undefined ? all : all.filter(knows(language));
  const of = language === undefined ? '' : ` for ${language}`;
  const choice =
    'model' in found
      ? `The engine sherpa would take${of} ${found.model.name} (*): ${[found.reason, ...besideOf(found), ...besideFaults(found)].join(' ')}`
      : `The engine sherpa has no model${of}: ${found.missing}${howToGetOne(all, language ?? config.language)}`;
  terminal.out(
    json ? `${JSON.stringify({ folder: shelf, taken: names[0], models }, undefined, 2)}\n` : asTable(models, choice),
  );
  return 0;
}

const howToGetOne = (models: readonly ListedModel[], language: string | undefined): string =>
  models.some(({ installed, purpose }) => installed !== undefined && (purpose ?? 'recognition') === 'recognition')
    ? ''
    : ` To get one: live-transcribe models pull ${suggestedModel(language)}`;

/** What the engine would say of a model; the same before a model appears and when it is verified. */
const examine = (folder: string): string | undefined => {
  const read = readAnyModel(folder);
  return 'invalid' in read ? read.invalid : undefined;
};

const trustIn: Record<Witness, string> = {
  catalogue: 'its SHA-256 is the one that this version knows',
  publisher: 'its SHA-256 is the one that its publisher tells',
  'earlier download': 'its SHA-256 is that of the first download',
  nobody: 'its publisher tells no SHA-256: this one is kept, and every further download is held to it',
};

async function pullOne(name: string, { config, shelf, terminal, story, signal }: Place): Promise<number> {
  const entry = findEntry(name);
  if (entry === undefined) throw unknown(name);
  const onStep = story.tell.bind(story);
  const pulled = await pull(entry, { shelf, mirror: config.modelsMirror, signal, examine, onStep });
  story.end();
  const { folder, wasThere, witness } = pulled;
  if (wasThere)
    terminal.err(`${entry.name} is there already; "live-transcribe models verify ${entry.name}" reads it.\n`);
  if (witness !== undefined) terminal.err(`${entry.name} is there: ${trustIn[witness]}.\n`);
  terminal.out(`${folder}\n`);
  return 0;
}

const unknown = (name: string) =>
  new ModelsError('unknown', `There is no model "${name}" in the catalogue: "live-transcribe models list" has them.`);

async function addOne(path: string, { shelf, terminal, story, signal }: Place): Promise<number> {
  const { folder } = await add(path, { shelf, signal, examine, onStep: story.tell.bind(story) });
  story.end();
  terminal.out(`${folder}\n`);
  return 0;
}

async function removeOne(name: string, { shelf, terminal, story, signal }: Place): Promise<number> {
  const plain = findEntry(name)?.name ?? name;
  const onWaiting = () => story.tell({ kind: 'waiting' });
  await remove({ shelf, name: plain, signal, waits: usualWaits, onWaiting });
  terminal.err(`${plain} is removed.\n`);
  return 0;
}

async function verifyThem(
  { json, name }: Extract<ModelsCommand, { does: 'verify' }>,
  { shelf, terminal, signal }: Place,
): Promise<number> {
  const names =
    name === undefined ? (await shelved(shelf)).map((model) => model.name) : [findEntry(name)?.name ?? name];
  const models = [];
  for (const one of names) models.push(await verify(one, { shelf, signal, examine }));
  const ok = models.every(({ faults }) => faults.length === 0);
  if (json) terminal.out(`${JSON.stringify({ ok, models }, undefined, 2)}\n`);
  else for (const { name: one, faults, checked } of models) terminal.out(`${lineOf(one, faults, checked)}\n`);
  if (!json && models.length === 0) terminal.out(`There is no model in ${shelf}.\n`);
  return ok ? 0 : 1;
}

function lineOf(name: string, faults: readonly string[], checked: number): string {
  if (faults.length > 0) return `${name}: wrong. ${faults.join(' ')}`;
  if (checked === 0) return `${name}: can be used; brought by hand, so that nobody knows its sums.`;
  return `${name}: ok, ${checked} files are what they were.`;
}

async function tellPath(name: string | undefined, { shelf, terminal }: Place): Promise<number> {
  const plain = name === undefined ? undefined : (findEntry(name)?.name ?? name);
  const isThere = plain === undefined || (await shelved(shelf)).some((model) => model.name === plain);
  if (!isThere) throw new ModelsError('unknown', `There is no model ${plain} in ${shelf}.`);
  terminal.out(`${plain === undefined ? shelf : placeOf(shelf, plain)}\n`);
  return 0;
}
