export { sherpaMissing } from './find-sherpa.ts';
export type { ModelDescription, ModelFile, ModelKind, ReadModel, SherpaModel } from './model.ts';
export { installedModels, modelDescription, modelFolder, modelKinds, readModel } from './model.ts';
export type { SherpaEngineOptions } from './sherpa-engine.ts';
export { createSherpaEngine } from './sherpa-engine.ts';
