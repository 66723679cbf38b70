/** What a session with a model may ask for. */
export interface ModelTraits {
  readonly takesPrompt: boolean;
  readonly takesKeywords: boolean;
  readonly takesLanguages: boolean;
  readonly takesDelay: boolean;
  readonly givesLogprobs: boolean;
  /** Whether the service finds the ends of utterances; otherwise only a commit ends one. */
  readonly detectsTurns: boolean;
  /** Whether it sends deltas while speech goes on, before anything is committed. */
  readonly streams: boolean;
  /** The model that transcribes a file where this one only listens live; itself when absent. */
  readonly fileModel?: string;
}

/** What holds for most models, and so for those to come. */
const usual: ModelTraits = {
  takesPrompt: true,
  takesKeywords: false,
  takesLanguages: false,
  takesDelay: false,
  givesLogprobs: true,
  detectsTurns: true,
  streams: false,
};

const exceptions: ReadonlyMap<string, ModelTraits> = new Map<string, ModelTraits>([
  ['whisper-1', { ...usual, givesLogprobs: false }],
  ['gpt-4o-transcribe-diarize', { ...usual, takesPrompt: false, givesLogprobs: false }],
  ['gpt-transcribe', { ...usual, takesKeywords: true, takesLanguages: true }],
  [
    'gpt-live-transcribe',
    { ...usual, takesKeywords: true, takesLanguages: true, streams: true, fileModel: 'gpt-transcribe' },
  ],
  [
    'gpt-realtime-whisper',
    {
      ...usual,
      takesPrompt: false,
      takesDelay: true,
      givesLogprobs: false,
      detectsTurns: false,
      streams: true,
      fileModel: 'whisper-1',
    },
  ],
]);

/** A snapshot, `gpt-4o-mini-transcribe-2025-12-15`, is as the model it was taken of. */
const date = /-\d{4}-\d{2}-\d{2}$/;

export const modelTraits = (model: string): ModelTraits => exceptions.get(model.replace(date, '')) ?? usual;
