import { closeSync, existsSync, openSync, readdirSync, readFileSync, readSync, statSync } from 'node:fs';
import { basename, join, sep } from 'node:path';
import { z } from 'zod';

/**
 * What a model is for sherpa-onnx, and the files it needs. `offline-` ones hear an utterance as a whole; `punctuation-` ones
 * recognise nothing, and put marks into what others have heard; `speaker-` ones tell voices apart.
 */
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
  'punctuation-cnn-bilstm': ['model', 'vocabulary'],
  'punctuation-ct-transformer': ['model'],
  'speaker-embedding': ['model'],
} as const satisfies Record<string, readonly ModelFile[]>;

export type ModelKind = keyof typeof modelKinds;
/** `vocabulary`: sentencepiece's pieces with their scores. Recognisers cut hotwords by them, where they have them. */
const modelFiles = ['tokens', 'model', 'encoder', 'decoder', 'joiner', 'vocabulary'] as const;
export type ModelFile = (typeof modelFiles)[number];

interface KindsFor {
  readonly recognition: Exclude<ModelKind, `punctuation-${string}` | `speaker-${string}`>;
  readonly punctuation: Extract<ModelKind, `punctuation-${string}`>;
  readonly speakers: Extract<ModelKind, `speaker-${string}`>;
}
/** What a model does. */
export type Purpose = keyof KindsFor;

/** What a model of this kind does. */
export function purposeOf(kind: ModelKind): Purpose {
  if (kind.startsWith('punctuation-')) return 'punctuation';
  return kind.startsWith('speaker-') ? 'speakers' : 'recognition';
}

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
  files: z.partialRecord(z.enum(modelFiles), insideFolder),
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
  /** How much a hotword gains for each of its tokens, as a logarithm; 1.5 is sherpa-onnx's own. */
  hotwordsScore: z.number().min(0).max(100).default(1.5),
  /**
   * Cosine similarity from which two voices count as one, of models that tell speakers apart. 0.5 is what sherpa-onnx's own
   * clustering of speakers takes for granted (as a distance of 0.5).
   */
  speakerThreshold: z.number().min(-1).max(1).default(0.5),
  /** One sentence for people about how well it recognises. */
  caveat: z.string().optional(),
});

export type ModelDescription<P extends Purpose = Purpose> = z.output<typeof modelDescription> & {
  readonly kind: KindsFor[P];
};

/** An installed model whose files have been looked at. */
export interface SherpaModel<P extends Purpose = 'recognition'> {
  readonly name: string;
  readonly folder: string;
  readonly description: ModelDescription<P>;
  /** Of all its files: what a process needs of memory is somewhat more. */
  readonly bytes: number;
}

export type ReadModel<P extends Purpose = 'recognition'> = SherpaModel<P> | { readonly invalid: string };

const doing: Record<Purpose, string> = {
  recognition: 'recognises speech',
  punctuation: 'puts punctuation into text',
  speakers: 'tells speakers apart',
};

/** The model in `folder` for this purpose; `invalid` is a sentence that names what is wrong with it. */
export function readModel<P extends Purpose = 'recognition'>(
  folder: string,
  purpose: P = 'recognition' as P,
): ReadModel<P> {
  const model = readAnyModel(folder);
  if ('invalid' in model || isFor(model, purpose)) return model;
  const does = doing[purposeOf(model.description.kind)];
  return { invalid: `The model ${model.name} ${does}; one that ${doing[purpose]} is needed here.` };
}

const isFor = <P extends Purpose>(model: SherpaModel<Purpose>, purpose: P): model is SherpaModel<P> =>
  purposeOf(model.description.kind) === purpose;

/** The model in `folder`, whatever it does; `invalid` is a sentence that names what is wrong with it. */
export function readAnyModel(folder: string): ReadModel<Purpose> {
  const file = join(folder, 'model.json');
  if (!existsSync(file)) return { invalid: `There is no model in ${folder}: it has no model.json.` };
  const read = readDescription(file);
  if ('invalid' in read) return read;
  const { kind, files } = read.description;
  let bytes = 0;
  const needed: readonly ModelFile[] = modelKinds[kind];
  for (const role of new Set([...needed, ...(files.vocabulary === undefined ? [] : (['vocabulary'] as const))])) {
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
  if (role === 'tokens' || role === 'vocabulary') return undefined;
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

/** The models of this purpose below `modelsFolder`, by name, and what is wrong with those that cannot be used. */
export function installedModels<P extends Purpose = 'recognition'>(
  modelsFolder: string,
  purpose: P = 'recognition' as P,
): ReadModel<P>[] {
  if (!existsSync(modelsFolder)) return [];
  return readdirSync(modelsFolder, { withFileTypes: true })
    .filter((entry) => !entry.isFile() && existsSync(join(modelsFolder, entry.name, 'model.json')))
    .map((entry) => entry.name)
    .toSorted()
    .map((name) => readAnyModel(join(modelsFolder, name)))
    .filter((read): read is ReadModel<P> => 'invalid' in read || isFor(read, purpose));
}
