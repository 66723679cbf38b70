import type { CatalogueEntry } from './catalogue-entry.ts';
import { punctuationModels } from './punctuation-models.ts';
import { firstModel, recognitionModels } from './recognition-models.ts';
import { speakerModels } from './speaker-models.ts';

/** Where sherpa-onnx's makers publish its models, a folder for each purpose; most have a `checksum.txt` with the SHA-256 of each. */
export const publisher = 'https://github.com/k2-fsa/sherpa-onnx/releases/download';

/** All models that can be had: those that recognise come first. */
export const catalogue: readonly CatalogueEntry[] = [...recognitionModels, ...punctuationModels, ...speakerModels];

/** By its name, or by its file's. */
export function findEntry(name: string): CatalogueEntry | undefined {
  const plain = name.replace(/\.(tar\.bz2|onnx)$/, '');
  return catalogue.find((entry) => entry.name === plain || entry.archive === plain);
}

/** The one to begin with: live and of that language where there is one, else of that language, else the small English one. */
export function suggestedModel(language?: string): string {
  if (language === undefined || language === 'auto') return firstModel;
  const fitting = recognitionModels.filter(({ languages }) => languages === 'any' || languages.includes(language));
  return (fitting.find(({ kind }) => !kind.startsWith('offline-')) ?? fitting[0])?.name ?? firstModel;
}

/** Of its file, as its publisher names it. */
export const fileNameOf = ({ archive, form }: CatalogueEntry): string =>
  form === 'onnx' ? `${archive}.onnx` : `${archive}.tar.bz2`;

/** Its file at the publisher, or at a mirror of the same file names. */
export const addressOf = (entry: CatalogueEntry, mirror = `${publisher}/${entry.release ?? 'asr-models'}`): string =>
  `${mirror.replace(/\/+$/, '')}/${encodeURIComponent(fileNameOf(entry))}`;
