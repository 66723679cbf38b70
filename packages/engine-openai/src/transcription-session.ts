import type { TurnOptions } from '@live-transcribe/core';
import type {
  AudioTranscription,
  RealtimeTranscriptionSessionAudioInputTurnDetection,
  RealtimeTranscriptionSessionCreateRequest,
} from 'openai/resources/realtime/realtime';
import { type ModelTraits, modelTraits } from './models.ts';
import type { SessionWishes } from './session-settings.ts';

/** Hz; the only rate of the service's PCM. */
export const sampleRate = 24_000;

/** The service's documented defaults, said aloud: its session objects have been seen with other ones. */
const vadDefaults = { threshold: 0.5, prefix_padding_ms: 300, silence_duration_ms: 500 } as const;

/** Who ends utterances: the service, this gateway's detector, or nobody but the client's commits. */
export type TurnTaking =
  /** `prefixMs` is how much before the speech the service counts to its utterance. */
  | { readonly by: 'service'; readonly prefixMs: number }
  /** Absent: the detector's own default. */
  | { readonly by: 'gateway'; readonly silenceMs: number | undefined }
  | { readonly by: 'commits' };

/** The session to ask for, and what follows from it for us. */
export interface SessionPlan {
  readonly request: RealtimeTranscriptionSessionCreateRequest;
  readonly turns: TurnTaking;
  /** Whether deltas come while speech goes on. */
  readonly streams: boolean;
  /** What was wished for and is not to be had, by its name. */
  readonly leftOut: readonly string[];
}

/** What there is to find the ends of utterances with. */
export interface TurnMeans {
  /** The server has turn detection, for the models that can have it. */
  readonly service: boolean;
  /** There is a detector in this gateway. */
  readonly gateway: boolean;
}

export function sessionPlan(wishes: SessionWishes, means: TurnMeans): SessionPlan {
  const { model, noiseReduction, turns: wished } = wishes;
  const traits = modelTraits(model);
  const can = { service: means.service && traits.detectsTurns, gateway: means.gateway };
  const turns = turnsFor(wished ?? { kind: 'server_vad' }, can);
  const logprobs = wishes.logprobs === true && traits.givesLogprobs;
  const isOtherThanWished = wished !== undefined && wished.kind !== turns.kind;
  return {
    request: {
      type: 'transcription',
      audio: {
        input: {
          format: { type: 'audio/pcm', rate: sampleRate },
          transcription: transcription(wishes, traits),
          ...(noiseReduction && noiseReduction !== 'off' && { noise_reduction: { type: noiseReduction } }),
          turn_detection: turnDetection(turns),
        },
      },
      ...(logprobs && { include: ['item.input_audio_transcription.logprobs'] }),
    },
    turns: turnTaking(turns),
    streams: traits.streams,
    leftOut: [...leftOut(wishes, traits), ...(isOtherThanWished ? [`turns: ${wished.kind}`] : [])],
  };
}

function transcription(wishes: SessionWishes, traits: ModelTraits): AudioTranscription {
  const { model, language, prompt, delay, keywords, languages } = wishes;
  return {
    model,
    ...(language !== undefined && { language }),
    ...(prompt !== undefined && traits.takesPrompt && { prompt }),
    ...(delay && traits.takesDelay && { delay }),
    ...(keywords && traits.takesKeywords && { keywords: [...keywords] }),
    // The service refuses an empty list.
    ...(languages && languages.length > 0 && traits.takesLanguages && { languages: [...languages] }),
  };
}

function leftOut(wishes: SessionWishes, traits: ModelTraits): string[] {
  const taken = {
    prompt: traits.takesPrompt,
    delay: traits.takesDelay,
    keywords: traits.takesKeywords,
    languages: traits.takesLanguages,
    logprobs: traits.givesLogprobs || wishes.logprobs === false,
  };
  const names: readonly (keyof typeof taken)[] = ['prompt', 'delay', 'keywords', 'languages', 'logprobs'];
  return names.filter((name) => wishes[name] !== undefined && !taken[name]);
}

/** The wish itself where it can be met, else what comes nearest: an utterance that nobody ends helps nobody. */
function turnsFor(wish: TurnOptions, can: TurnMeans): TurnOptions {
  switch (wish.kind) {
    case 'server_vad':
    case 'semantic_vad':
      if (can.service) return wish;
      return can.gateway ? gatewayTurns(wish) : { kind: 'none' };
    case 'gateway_vad':
      if (can.gateway) return wish;
      return can.service ? { kind: 'server_vad', ...silenceOf(wish) } : { kind: 'none' };
    case 'none':
      return wish;
    default:
      return wish satisfies never;
  }
}

const gatewayTurns = (wish: TurnOptions): TurnOptions => ({ kind: 'gateway_vad', ...silenceOf(wish) });

const silenceOf = (wish: TurnOptions) =>
  'silenceDurationMs' in wish && wish.silenceDurationMs !== undefined
    ? { silenceDurationMs: wish.silenceDurationMs }
    : {};

function turnDetection(turns: TurnOptions): RealtimeTranscriptionSessionAudioInputTurnDetection | null {
  switch (turns.kind) {
    case 'server_vad':
      return {
        type: 'server_vad',
        threshold: turns.threshold ?? vadDefaults.threshold,
        prefix_padding_ms: turns.prefixPaddingMs ?? vadDefaults.prefix_padding_ms,
        silence_duration_ms: turns.silenceDurationMs ?? vadDefaults.silence_duration_ms,
      };
    case 'semantic_vad':
      return { type: 'semantic_vad', eagerness: turns.eagerness ?? 'auto' };
    case 'gateway_vad':
    case 'none':
      return null;
    default:
      return turns satisfies never;
  }
}

function turnTaking(turns: TurnOptions): TurnTaking {
  switch (turns.kind) {
    case 'server_vad':
      return { by: 'service', prefixMs: turns.prefixPaddingMs ?? vadDefaults.prefix_padding_ms };
    case 'semantic_vad':
      return { by: 'service', prefixMs: vadDefaults.prefix_padding_ms };
    case 'gateway_vad':
      return { by: 'gateway', silenceMs: turns.silenceDurationMs };
    case 'none':
      return { by: 'commits' };
    default:
      return turns satisfies never;
  }
}
