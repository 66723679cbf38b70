import type { RealtimeTranscriptionSessionCreateResponse } from 'openai/resources/realtime/client-secrets';
import type { RealtimeTranscriptionSessionCreateRequest } from 'openai/resources/realtime/realtime';
import { type ApiFault, invalidRequest } from './api-fault.ts';
import type { AudioInput, SessionRequest, Transcription, TurnDetection } from './client-events.ts';

type Format = NonNullable<AudioInput['format']>;

/** The settings a session works by. */
export interface SessionSettings {
  readonly format: Format;
  readonly transcription: Transcription | undefined;
  readonly noiseReduction: NonNullable<AudioInput['noise_reduction']> | undefined;
  readonly turnDetection: TurnDetection | null;
  readonly include: NonNullable<SessionRequest['include']> | undefined;
}

/** The session as events show it: the vendor types it as a request in events and as a response over HTTP; it is both. */
export type SessionObject = RealtimeTranscriptionSessionCreateRequest & RealtimeTranscriptionSessionCreateResponse;

const vadDefaults = { threshold: 0.5, prefix_padding_ms: 300, silence_duration_ms: 500 } as const;

export const defaultSettings: SessionSettings = {
  format: { type: 'audio/pcm', rate: 24_000 },
  transcription: undefined,
  noiseReduction: undefined,
  turnDetection: { type: 'server_vad', ...vadDefaults },
  include: undefined,
};

/** Only the members that are present change. Answers what is wrong with the result, if anything. */
export function updateSettings(
  settings: SessionSettings,
  request: SessionRequest,
  models?: readonly string[],
): SessionSettings | { readonly fault: ApiFault } {
  const input = request.audio?.input ?? {};
  const updated: SessionSettings = {
    format: input.format?.type === 'audio/pcm' ? { rate: 24_000, ...input.format } : (input.format ?? settings.format),
    transcription: input.transcription ?? settings.transcription,
    noiseReduction:
      input.noise_reduction === undefined ? settings.noiseReduction : (input.noise_reduction ?? undefined),
    turnDetection: input.turn_detection === undefined ? settings.turnDetection : withDefaults(input.turn_detection),
    include: request.include ?? settings.include,
  };
  const fault = conflict(updated, models);
  return fault ? { fault } : updated;
}

const withDefaults = (turnDetection: TurnDetection | null): TurnDetection | null => {
  if (turnDetection?.type === 'server_vad') return { ...vadDefaults, ...turnDetection };
  return turnDetection && { eagerness: 'auto', ...turnDetection };
};

const place = 'session.audio.input';
const withoutPrompt: readonly string[] = ['gpt-4o-transcribe-diarize', 'gpt-realtime-whisper'];
const withKeywords: readonly string[] = ['gpt-transcribe', 'gpt-live-transcribe'];

/** A snapshot of a model, `whisper-1-2027-01-31`, is as the model itself. */
export const familyOf = (model: string | undefined): string | undefined => model?.replace(/-\d{4}-\d{2}-\d{2}$/, '');

/** Settings that are right by themselves and wrong together. */
function conflict(settings: SessionSettings, models: readonly string[] | undefined): ApiFault | undefined {
  const { format, transcription = {}, turnDetection } = settings;
  const { model, prompt, languages, keywords, delay } = transcription;
  const not = (param: string) =>
    invalidRequest('invalid_value', `'${param}' is not supported with the model '${model}'.`, `${place}.${param}`);
  if (format.type !== 'audio/pcm') {
    // An honest limit of the simulator: the service itself takes G.711.
    return invalidRequest('invalid_value', 'The simulator takes audio/pcm only.', `${place}.format.type`);
  }
  if (model !== undefined && models && !models.includes(model)) {
    const message = `The model '${model}' does not exist or you do not have access to it.`;
    return invalidRequest('model_not_found', message, `${place}.transcription.model`);
  }
  const family = familyOf(model);
  if (family === 'gpt-realtime-whisper' && turnDetection !== null) return not('turn_detection');
  if (prompt !== undefined && family !== undefined && withoutPrompt.includes(family))
    return not('transcription.prompt');
  const takesKeywords = family !== undefined && withKeywords.includes(family);
  if (languages !== undefined && !takesKeywords) return not('transcription.languages');
  if (keywords !== undefined && !takesKeywords) return not('transcription.keywords');
  if (delay !== undefined && family !== 'gpt-realtime-whisper') return not('transcription.delay');
  return undefined;
}

/** `expiresAt` in epoch seconds. */
export function sessionObject(id: string, expiresAt: number, settings: SessionSettings): SessionObject {
  const { format, transcription, noiseReduction, turnDetection, include } = settings;
  return {
    type: 'transcription',
    object: 'realtime.transcription_session',
    id,
    expires_at: expiresAt,
    audio: {
      input: {
        format,
        turn_detection: turnDetection,
        ...(transcription && { transcription }),
        ...(noiseReduction && { noise_reduction: noiseReduction }),
      },
    },
    ...(include && { include }),
  };
}
