/** What a session with a model may ask for. */
export interface ModelTraits {
  readonly takesPrompt: boolean;
  /** Whether the service finds the ends of utterances; otherwise only a commit ends one. */
  readonly detectsTurns: boolean;
}

/** What holds for most models, and so for those to come. */
const usual: ModelTraits = { takesPrompt: true, detectsTurns: true };

const exceptions: ReadonlyMap<string, ModelTraits> = new Map([
  ['gpt-4o-transcribe-diarize', { takesPrompt: false, detectsTurns: true }],
  ['gpt-realtime-whisper', { takesPrompt: false, detectsTurns: false }],
]);

export const modelTraits = (model: string): ModelTraits => exceptions.get(model) ?? usual;
