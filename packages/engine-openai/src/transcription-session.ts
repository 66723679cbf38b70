import type { RecognitionOptions } from '@live-transcribe/core';
import type { RealtimeTranscriptionSessionCreateRequest } from 'openai/resources/realtime/realtime';
import { modelTraits } from './models.ts';

/** Hz; the only rate of the service's PCM. */
export const sampleRate = 24_000;

/** The service's documented defaults, said aloud: its session objects have been seen with other ones. */
const serverVad = {
  type: 'server_vad',
  threshold: 0.5,
  prefix_padding_ms: 300,
  silence_duration_ms: 500,
} as const;

/** The session to ask for. */
export function transcriptionSession(options: RecognitionOptions): RealtimeTranscriptionSessionCreateRequest {
  const { model, language, prompt } = options;
  const { takesPrompt, detectsTurns } = modelTraits(model);
  return {
    type: 'transcription',
    audio: {
      input: {
        format: { type: 'audio/pcm', rate: sampleRate },
        transcription: {
          model,
          ...(language !== undefined && { language }),
          ...(prompt !== undefined && takesPrompt && { prompt }),
        },
        // Without turn detection the client's commits alone end utterances: nothing here listens for pauses yet.
        turn_detection: detectsTurns ? serverVad : null,
      },
    },
  };
}
