import { join } from 'node:path';
import {
  installedModels,
  modelFolder,
  type ReadModel,
  readModel,
  type SherpaModel,
  sherpaMissing,
} from '@live-transcribe/engine-sherpa';
import type { Config } from './config/settings.ts';
import { type FoundBeside, findPunctuation, findSpeakers } from './sherpa-beside.ts';

/** The models of the engine sherpa, or why there are none, as a sentence; `asked`: somebody counts on it. */
export type FoundSherpa =
  | {
      readonly model: SherpaModel;
      readonly reason: string;
      readonly punctuation: FoundBeside<'punctuation'>;
      readonly speakers: FoundBeside<'speakers'>;
    }
  | { readonly missing: string; readonly asked: boolean };

/** The model that `SHERPA_MODEL` names; else of those that are installed the one that fits the language best. */
export function findSherpa(config: Config): FoundSherpa {
  const { sherpaModel, dataDir, language } = config;
  const asked = sherpaModel !== undefined;
  const folder = join(dataDir, 'models');
  const found = asked ? [readModel(modelFolder(sherpaModel, folder))] : installedModels(folder);
  const addon = sherpaMissing();
  if (addon !== undefined) return { missing: addon, asked: asked || found.length > 0 };
  const usable = found.filter((one) => 'folder' in one);
  const fits = fitness(language ?? 'sv');
  const model = usable.toSorted((one, other) => fits(other) - fits(one))[0];
  if (model === undefined) return { missing: whyNone(found, folder), asked };
  const reason = asked ? 'SHERPA_MODEL names' : `there is no SHERPA_MODEL, and ${folder} has`;
  const asking = (name: string, value: string) => ({ setting: name, value, modelsFolder: folder });
  return {
    model,
    reason: `${reason} the model ${model.name}.`,
    punctuation: findPunctuation(model, asking('SHERPA_PUNCTUATION', config.sherpaPunctuation)),
    speakers: findSpeakers(model, asking('SHERPA_SPEAKERS', config.sherpaSpeakers)),
  };
}

/** A model made for the language comes before one that takes any, and what hears live before what waits for the whole. */
const fitness =
  (language: string) =>
  ({ description: { languages, kind } }: SherpaModel): number => {
    const knows = languages === 'any' ? 1 : languages.includes(language) ? 2 : 0;
    return 2 * knows + (kind.startsWith('offline-') ? 0 : 1);
  };

function whyNone(found: readonly ReadModel[], folder: string): string {
  const faults = found.flatMap((one) => ('invalid' in one ? one.invalid : []));
  return faults.join(' ') || `There is no model for sherpa-onnx in ${folder}.`;
}

/** What a model does beside recognising, in sentences. */
export const besideOf = ({ punctuation, speakers }: Extract<FoundSherpa, { model: object }>): string[] => [
  ...(punctuation.model ? [`Finals are punctuated by ${punctuation.model.name}.`] : []),
  ...(speakers.model ? [`Speakers are told apart by ${speakers.model.name}.`] : []),
];

/** What was asked for and is left out, in sentences. */
export const besideFaults = ({ punctuation, speakers }: Extract<FoundSherpa, { model: object }>): string[] =>
  [punctuation, speakers].flatMap(({ fault }) => fault ?? []);
