import type { RecognitionOptions, TurnOptions } from '@live-transcribe/core';

/** What holds for every session of a deployment, where the session itself says nothing else. */
export interface SessionDefaults {
  readonly turns?: TurnOptions;
  readonly noiseReduction?: NonNullable<RecognitionOptions['noiseReduction']>;
  readonly delay?: NonNullable<RecognitionOptions['delay']>;
  readonly prompt?: string;
  readonly keywords?: readonly string[];
  readonly languages?: readonly string[];
  /** Asks for the probabilities of the tokens, which become the confidence of utterances. */
  readonly logprobs?: boolean;
}

/** What a session wishes for, before it is known what its model takes. */
export interface SessionWishes extends SessionDefaults {
  readonly model: string;
  readonly language: string | undefined;
}

export function sessionWishes(options: RecognitionOptions, defaults: SessionDefaults = {}): SessionWishes {
  const { model, language, prompt, turns, noiseReduction, delay, keywords, languages } = options;
  return {
    ...defaults,
    model,
    language,
    ...(prompt !== undefined && { prompt }),
    ...(turns && { turns }),
    ...(noiseReduction && { noiseReduction }),
    ...(delay && { delay }),
    ...(keywords && { keywords }),
    ...(languages && { languages }),
  };
}
