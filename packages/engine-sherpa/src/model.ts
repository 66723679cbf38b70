import { closeSync, existsSync, openSync, readdirSync, readFileSync, readSync, statSync } from 'node:fs';
import { basename, join, sep } from 'node:path';
import { z } from 'zod';

/** What a model is for sherpa-onnx, and the files it needs; `offline-` ones hear an utterance as a whole. */
export const modelKinds = {
  transducer: ['tokens', 'encoder', 'decoder', 'joiner'],
  paraformer: ['tokens', 'encoder', 'decoder'],
  'zipformer2-ctc': ['tokens', 'model'],
  'nemo-ctc': ['tokens', 'model'],
  'tone-ctc': ['tokens', 'model'],
  'offline-transducer': ['tokens', 'encoder', 'decoder', 'joiner'],
  'offline-zipformer-ctc': ['tokens', 'model'],
  'offline-nemo-ctc': ['tokens', 'model'],
  'offline-paraformer': ['tokens', 'model'],
  'offline-sense-voice': ['tokens', 'model'],
  'offline-whisper': ['tokens', 'encoder', 'decoder'],
  'offline-canary': ['tokens', 'encoder', 'decoder'],
} as const satisfies Record<string, readonly ModelFile[]>;

export type ModelKind = keyof typeof modelKinds;
export type ModelFile = 'tokens' | 'model' | 'encoder' | 'decoder' | 'joiner';

const kinds = Object.keys(modelKinds) as [ModelKind, ...ModelKind[]];
const insideFolder = z
  .string()
  .min(1)
  .refine((path) => !path.startsWith('/') && !path.includes('\\') && !path.split('/').includes('..'), {
    message: 'must be a path inside the model’s folder',
  });
const languageCode = z.string().regex(/^[a-z]{2,3}$/, 'must be a language code such as sv');

/** `model.json` of an installed model's folder. Members not known here are another program's, and stay. */
export const modelDescription = z.looseObject({
  kind: z.enum(kinds),
  /** Names inside the folder. */
  files: z.partialRecord(z.enum(['tokens', 'model', 'encoder', 'decoder', 'joiner']), insideFolder),
  /** ISO 639, or `any`. */
  languages: z.union([z.literal('any'), z.array(languageCode).min(1)]),
  /** Hz, that the model was trained with. */
  sampleRate: z.number().int().min(8_000).max(48_000).default(16_000),
  /** Bins of the filter bank; 80 for nearly every model. */
  featureDim: z.number().int().min(1).max(512).default(80),
  /** sherpa-onnx's own `modelType`, where it cannot tell by the file: `nemo_transducer`. */
  modelType: z.string().optional(),
  /** Silence that is put behind the last sample, so that the model's last window is full. */
  tailMs: z.number().int().min(0).max(5_000).default(800),
  /** How much later than its sound a token's time is, in ms; negative where it is earlier. */
  tokenDelayMs: z.number().int().min(-2_000).max(2_000).default(0),
  /** One sentence for people about how well it recognises. */
  caveat: z.string().optional(),
});

export type ModelDescription = z.output<typeof modelDescription>;

/** An installed model whose files have been looked at. */
export interface SherpaModel {
  readonly name: string;
  readonly folder: string;
  readonly description: ModelDescription;
  /** Of all its files: what a process needs of memory is somewhat more. */
  readonly bytes: number;
}

export type ReadModel = SherpaModel | { readonly invalid: string };

/** The model in `folder`; `invalid` is a sentence that names what is wrong with it. */
export function readModel(folder: string): ReadModel {
  const file = join(folder, 'model.json');
  if (!existsSync(file)) return { invalid: `There is no model in ${folder}: it has no model.json.` };
  const read = readDescription(file);
  if ('invalid' in read) return read;
  const { kind, files } = read.description;
  let bytes = 0;
  for (const role of modelKinds[kind]) {
    const path = files[role];
    if (path === undefined) return { invalid: `${file} names no file for "${role}", which a ${kind} model needs.` };
    const fault = faultOf(join(folder, path), role);
    if (fault !== undefined) return { invalid: fault };
    bytes += statSync(join(folder, path)).size;
  }
  return { name: basename(folder), folder, description: read.description, bytes };
}

function readDescription(file: string): { description: ModelDescription } | { invalid: string } {
  try {
    const parsed = modelDescription.safeParse(JSON.parse(readFileSync(file, 'utf8')));
    if (parsed.success) return { description: parsed.data };
    return { invalid: `${file} cannot be used: ${z.prettifyError(parsed.error).replaceAll(/\s*\n\s*/g, '; ')}` };
  } catch (error) {
    return { invalid: `${file} cannot be read: ${error instanceof Error ? error.message : String(error)}` };
  }
}

/** The first byte of every ONNX file: its field number 1, the version of the format. */
const onnxStart = 0x08;

/** What would end a recogniser's process at once, or leave it without a word, is found here, where it can be told. */
function faultOf(path: string, role: ModelFile): string | undefined {
  if (!existsSync(path) || !statSync(path).isFile()) return `The model's file ${path} is missing.`;
  if (statSync(path).size === 0) return `The model's file ${path} is empty.`;
  if (role === 'tokens') return undefined;
  return firstByte(path) === onnxStart ? undefined : `The model's file ${path} is not an ONNX file.`;
}

function firstByte(path: string): number | undefined {
  const file = openSync(path, 'r');
  try {
    const byte = new Uint8Array(1);
    readSync(file, byte);
    return byte[0];
  } finally {
    closeSync(file);
  }
}

/** Where a model by this name or path is: a name stands for a folder of `modelsFolder`. */
export function modelFolder(nameOrPath: string, modelsFolder: string): string {
  return nameOrPath.includes('/') || nameOrPath.includes(sep) ? nameOrPath : join(modelsFolder, nameOrPath);
}

/** The models installed below `modelsFolder`, by name, and what is wrong with those that cannot be used. */
export function installedModels(modelsFolder: string): ReadModel[] {
  if (!existsSync(modelsFolder)) return [];
  return readdirSync(modelsFolder, { withFileTypes: true })
    .filter((entry) => !entry.isFile() && existsSync(join(modelsFolder, entry.name, 'model.json')))
    .map((entry) => entry.name)
    .toSorted()
    .map((name) => readModel(join(modelsFolder, name)));
}
