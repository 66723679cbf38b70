import { fileURLToPath } from 'node:url';

export type TinyModel = 'tiny-streaming' | 'tiny-transducer' | 'tiny-offline' | 'tiny-offline-transducer';

/** Folder of a model of the project's own that knows a few words of flite's voices: testkit/models/README.md. */
export const tinyModel = (name: TinyModel): string => fileURLToPath(new URL(`../models/${name}`, import.meta.url));
