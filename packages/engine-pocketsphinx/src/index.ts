export type { FoundPocketSphinx, PocketSphinxFiles } from './find-pocketsphinx.ts';
export { findPocketSphinx } from './find-pocketsphinx.ts';
export type { PocketSphinxEngineOptions } from './pocketsphinx-engine.ts';
export { createPocketSphinxEngine } from './pocketsphinx-engine.ts';
