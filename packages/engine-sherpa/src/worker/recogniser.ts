import type { LoadRequest, OpenRequest } from '../messages.ts';
import { loadAddon } from './addon.ts';
import { recognizerConfig } from './recognizer-config.ts';
import { StreamingUtterances } from './streaming-utterances.ts';
import type { Tell, Utterances } from './utterances.ts';

/** A loaded model. */
export interface Recogniser {
  open(request: OpenRequest, tell: Tell): Utterances;
}

/** Loads the model; throws where that can be told, and ends the process where the library does. */
export async function loadRecogniser(request: LoadRequest): Promise<Recogniser> {
  const { kind, tailMs, tokenDelayMs, languages } = request.description;
  if (kind.startsWith('offline-')) throw new Error(`Models of the kind ${kind} cannot be used yet.`);
  const addon = loadAddon();
  const config = recognizerConfig(request);
  const recognizer = new addon.OnlineRecognizer(config);
  // Only where there is a choice: what a model knows nothing of is not asked of it.
  const isMultilingual = languages === 'any' || languages.length > 1;
  return {
    open({ language, words }, tell) {
      const options = { words, tailMs, tokenDelayMs, ...(isMultilingual && language !== undefined && { language }) };
      return new StreamingUtterances(recognizer, options, tell);
    },
  };
}
