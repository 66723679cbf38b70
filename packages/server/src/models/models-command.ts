/** `live-transcribe models …`. */
export type ModelsCommand =
  | { readonly kind: 'models'; readonly does: 'list'; readonly json: boolean; readonly language: string | undefined }
  | { readonly kind: 'models'; readonly does: 'verify'; readonly json: boolean; readonly name: string | undefined }
  | { readonly kind: 'models'; readonly does: 'path'; readonly name: string | undefined }
  | { readonly kind: 'models'; readonly does: 'pull' | 'rm'; readonly name: string }
  | { readonly kind: 'models'; readonly does: 'add'; readonly path: string };

export const modelsUsage = `  models list      the models that can be had, those that are there, and which one would be taken
    --language <code>  of this language alone
    --json             for programs
  models pull <name>   downloads one; run again, it goes on where it was interrupted
  models add <path>    takes in an archive or a folder that was brought by hand
  models rm <name>     removes one
  models verify [name] reads one, or all, and says whether they are what they were
    --json             for programs
  models path [name]   its folder, or that of all
`;

export interface ModelsFlags {
  readonly json: boolean;
  readonly language: string | undefined;
}

/** Throws an `Error` with a sentence. */
export function parseModelsCommand(words: readonly string[], { json, language }: ModelsFlags): ModelsCommand {
  const [does, name, ...rest] = words;
  if (rest.length > 0) throw new Error(`"${rest[0]}" is one word too many.`);
  if (json && does !== 'list' && does !== 'verify') throw new Error('--json belongs to models list and models verify.');
  if (language !== undefined && does !== 'list') throw new Error('--language belongs to models list.');
  switch (does) {
    case 'list':
      if (name !== undefined) throw new Error(`"${name}" is one word too many.`);
      return { kind: 'models', does, json, language };
    case 'verify':
      return { kind: 'models', does, json, name };
    case 'path':
      return { kind: 'models', does, name };
    case 'pull':
    case 'rm':
      if (name === undefined) throw new Error(`models ${does} needs the name of a model: models list has them.`);
      return { kind: 'models', does, name };
    case 'add':
      if (name === undefined) throw new Error('models add needs the path of an archive or a folder.');
      return { kind: 'models', does, path: name };
    case undefined:
      throw new Error('models needs one of list, pull, add, rm, verify, path.');
    default:
      throw new Error(`There is no command "models ${does}".`);
  }
}
