export { sherpaMissing } from './find-sherpa.ts';
export type { Decoding } from './hotwords.ts';
export type { ModelDescription, ModelFile, ModelKind, Purpose, ReadModel, SherpaModel } from './model.ts';
export {
  installedModels,
  modelDescription,
  modelFolder,
  modelKinds,
  purposeOf,
  readAnyModel,
  readModel,
} from './model.ts';
export type { SherpaEngineOptions } from './sherpa-engine.ts';
export { createSherpaEngine } from './sherpa-engine.ts';
