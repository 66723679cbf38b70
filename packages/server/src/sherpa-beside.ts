import {
  installedModels,
  modelFolder,
  type Purpose,
  readModel,
  type SherpaModel,
} from '@live-transcribe/engine-sherpa';

/** A model that the engine sherpa has beside the one that recognises; or none, and why, where one was asked for. */
export type FoundBeside<P extends Purpose> =
  | { readonly model: SherpaModel<P>; readonly fault?: undefined }
  | { readonly model?: undefined; readonly fault?: string };

export interface Asked {
  /** `off`, `auto`, or a model's name or path. */
  readonly value: string;
  /** Name of the setting that asks. */
  readonly setting: string;
  readonly modelsFolder: string;
}

/** The punctuation model that is asked for; by itself the installed one that knows the most of the recogniser's languages. */
export function findPunctuation(recogniser: SherpaModel, asked: Asked): FoundBeside<'punctuation'> {
  const found = find('punctuation', recogniser, asked);
  const { model } = found;
  if (model === undefined || sharedWith(recogniser)(model) > 0) return found;
  const useless = `${asked.setting}=${asked.value} does nothing: it knows no language of the model ${recogniser.name}.`;
  return asked.value === 'auto' ? {} : { fault: useless };
}

/** The model of speakers that is asked for; by itself the installed one that fits the recogniser's languages best, or any. */
export const findSpeakers = (recogniser: SherpaModel, asked: Asked): FoundBeside<'speakers'> =>
  find('speakers', recogniser, asked);

function find<P extends Purpose>(
  purpose: P,
  recogniser: SherpaModel,
  { value, setting, modelsFolder }: Asked,
): FoundBeside<P> {
  if (value === 'off') return {};
  if (value !== 'auto') {
    const read = readModel(modelFolder(value, modelsFolder), purpose);
    return 'invalid' in read ? { fault: `${setting}=${value} does nothing: ${read.invalid}` } : { model: read };
  }
  const shared = sharedWith(recogniser);
  const [model] = installedModels(modelsFolder, purpose)
    .filter((read) => 'folder' in read)
    // Of two that know as many, the one that was made for fewer knows them better, and English with its capitals.
    .toSorted((one, other) => shared(other) - shared(one) || knownBy(one) - knownBy(other));
  return model === undefined ? {} : { model };
}

const sharedWith =
  ({ description: { languages } }: SherpaModel) =>
  ({ description }: SherpaModel<Purpose>): number => {
    if (description.languages === 'any') return languages === 'any' ? 1 : languages.length;
    return description.languages.filter((one) => languages === 'any' || languages.includes(one)).length;
  };

const knownBy = ({ description: { languages } }: SherpaModel<Purpose>): number =>
  languages === 'any' ? Number.POSITIVE_INFINITY : languages.length;
