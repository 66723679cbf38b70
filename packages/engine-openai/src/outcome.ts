import type { EngineError, Usage } from '@live-transcribe/core';
import type { ServerEvent } from './server-events.ts';

/** What has become of an item. */
export type Outcome =
  | {
      readonly kind: 'completed';
      readonly transcript: string;
      /** 0 to 1. */
      readonly confidence?: number;
      readonly usage?: Usage;
    }
  | { readonly kind: 'failed'; readonly error: EngineError };

type Completed = Extract<ServerEvent, { type: 'conversation.item.input_audio_transcription.completed' }>;

export function completion({ transcript, logprobs, usage }: Completed): Outcome {
  const confidence = logprobs && confidenceOf(logprobs);
  const billed = usage && usageOf(usage);
  return {
    kind: 'completed',
    transcript,
    ...(confidence !== undefined && confidence !== null && { confidence }),
    ...(billed && { usage: billed }),
  };
}

/** The geometric mean of the tokens' probabilities: a long utterance is no less certain for its length. */
function confidenceOf(logprobs: NonNullable<Completed['logprobs']>): number | undefined {
  if (logprobs.length === 0) return undefined;
  const sum = logprobs.reduce((total, { logprob }) => total + logprob, 0);
  return Math.min(1, Math.exp(sum / logprobs.length));
}

/** As the service bills it: by tokens, or by the length of the audio. */
export function usageOf(usage: NonNullable<Completed['usage']>): Usage | undefined {
  const { seconds, input_tokens: inputTokens, output_tokens: outputTokens } = usage;
  const all: Usage = {
    ...(seconds !== undefined && { audioSeconds: seconds }),
    ...(inputTokens !== undefined && { inputTokens }),
    ...(outputTokens !== undefined && { outputTokens }),
  };
  return Object.keys(all).length === 0 ? undefined : all;
}
