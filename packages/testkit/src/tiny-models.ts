import { fileURLToPath } from 'node:url';

export type TinyModel =
  | 'tiny-streaming'
  | 'tiny-transducer'
  | 'tiny-nemo'
  | 'tiny-paraformer'
  | 'tiny-offline'
  | 'tiny-offline-transducer'
  | 'tiny-offline-nemo'
  | 'tiny-punctuation-en'
  | 'tiny-punctuation-zh-en'
  | 'tiny-voices';

/** Folder of a model of the project's own, that knows just enough for tests: testkit/models/README.md. */
export const tinyModel = (name: TinyModel): string => fileURLToPath(new URL(`../models/${name}`, import.meta.url));
