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

export interface BesideOptions {
  /** `off`, `auto`, or a model's name or path. */
  readonly asked: string;
  /** Name of the setting that asks. */
  readonly setting: string;
  readonly modelsFolder: string;
}

/** The punctuation model that is asked for; by itself the installed one that knows the most of the recogniser's languages. */
export function findPunctuation(recogniser: SherpaModel, options: BesideOptions): FoundBeside<'punctuation'> {
  const { asked, setting, modelsFolder } = options;
  const shared = sharedWith(recogniser.description.languages);
  if (asked === 'off') return {};
  if (asked !== 'auto') {
    const read = readModel(modelFolder(asked, modelsFolder), 'punctuation');
    if ('invalid' in read) return { fault: `Finals have no punctuation of ${setting}=${asked}: ${read.invalid}` };
    if (shared(read) > 0) return { model: read };
    return { fault: `${setting}=${asked} does nothing: it knows no language of the model ${recogniser.name}.` };
  }
  const fitting = installedModels(modelsFolder, 'punctuation').filter((read) => 'folder' in read);
  const [best] = fitting
    .filter((model) => shared(model) > 0)
    // Of two that know as many, the one that was made for fewer knows them better, and English with its capitals.
    .toSorted((one, other) => shared(other) - shared(one) || knownBy(one) - knownBy(other));
  return best === undefined ? {} : { model: best };
}

type Languages = SherpaModel<Purpose>['description']['languages'];

const sharedWith =
  (languages: Languages) =>
  ({ description }: SherpaModel<Purpose>): number => {
    if (description.languages === 'any') return languages === 'any' ? 1 : languages.length;
    return description.languages.filter((one) => languages === 'any' || languages.includes(one)).length;
  };

const knownBy = ({ description: { languages } }: SherpaModel<Purpose>): number =>
  languages === 'any' ? Number.POSITIVE_INFINITY : languages.length;
