import type {
  AudioTranscription,
  InputAudioBufferAppendEvent,
  InputAudioBufferClearEvent,
  InputAudioBufferCommitEvent,
  RealtimeTranscriptionSessionAudioInput,
  RealtimeTranscriptionSessionAudioInputTurnDetection,
  RealtimeTranscriptionSessionCreateRequest,
  SessionUpdateEvent,
} from 'openai/resources/realtime/realtime';
import { z } from 'zod';

/** Hz; the only rate of `audio/pcm`. */
export const pcmRate = 24_000;
/** In characters of the event's `audio`. */
export const longestAudio = 15 * 1024 * 1024;
const longestEventId = 512;

const format = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('audio/pcm'), rate: z.literal(pcmRate).exactOptional() }),
  z.strictObject({ type: z.literal('audio/pcmu') }),
  z.strictObject({ type: z.literal('audio/pcma') }),
]);

const language = z.string().regex(/^[a-z]{2,3}$/, { error: 'Give the language in ISO 639-1, for example "en".' });

const transcription = z.strictObject({
  model: z.string().min(1).exactOptional(),
  language: language.exactOptional(),
  languages: z.array(language).min(1).exactOptional(),
  keywords: z.array(z.string()).exactOptional(),
  prompt: z.string().exactOptional(),
  delay: z.enum(['minimal', 'low', 'medium', 'high', 'xhigh']).exactOptional(),
});

const serverVad = z.strictObject({
  type: z.literal('server_vad'),
  threshold: z.number().min(0).max(1).exactOptional(),
  prefix_padding_ms: z.int().min(0).exactOptional(),
  silence_duration_ms: z.int().min(0).exactOptional(),
  create_response: z.boolean().exactOptional(),
  interrupt_response: z.boolean().exactOptional(),
  idle_timeout_ms: z.int().min(5_000).max(30_000).nullable().exactOptional(),
});

const semanticVad = z.strictObject({
  type: z.literal('semantic_vad'),
  eagerness: z.enum(['low', 'medium', 'high', 'auto']).exactOptional(),
  create_response: z.boolean().exactOptional(),
  interrupt_response: z.boolean().exactOptional(),
});

const noiseReduction = z.strictObject({
  type: z.enum(['near_field', 'far_field']).exactOptional(),
  strength: z.number().exactOptional(),
});

const audioInput = z.strictObject({
  format: format.exactOptional(),
  transcription: transcription.exactOptional(),
  noise_reduction: noiseReduction.nullable().exactOptional(),
  turn_detection: z.discriminatedUnion('type', [serverVad, semanticVad]).nullable().exactOptional(),
});

const session = z.strictObject({
  type: z.literal('transcription'),
  audio: z.strictObject({ input: audioInput.exactOptional() }).exactOptional(),
  include: z.array(z.literal('item.input_audio_transcription.logprobs')).exactOptional(),
});

const event_id = z.string().max(longestEventId).exactOptional();

export const clientEvent = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('session.update'), event_id, session }),
  z.strictObject({ type: z.literal('input_audio_buffer.append'), event_id, audio: z.string().max(longestAudio) }),
  z.strictObject({ type: z.literal('input_audio_buffer.commit'), event_id }),
  z.strictObject({ type: z.literal('input_audio_buffer.clear'), event_id }),
]);

export const clientSecretRequest = z.strictObject({
  expires_after: z
    .strictObject({
      anchor: z.literal('created_at').exactOptional(),
      seconds: z.int().min(10).max(7_200).exactOptional(),
    })
    .exactOptional(),
  session: session.exactOptional(),
});

/*
 * What the compiler checks against the `openai` package: whatever these schemas let through is of the vendor's type
 * (`Within`), and they know every member the vendor has (`Complete`), so that a new version of the package that adds
 * or changes one stops the build here. Two things differ on purpose: the service's prose allows `null` for
 * `noise_reduction`, its types do not; and of the vendor's sessions only those of type `transcription` exist here.
 */
type Within<Vendor, Accepted extends Vendor> = Accepted;
type Complete<Vendor, Accepted extends Record<keyof Vendor, unknown>> = Accepted;

type VendorInput = Omit<RealtimeTranscriptionSessionAudioInput, 'noise_reduction'> & {
  noise_reduction?: RealtimeTranscriptionSessionAudioInput['noise_reduction'] | null;
};
type VendorSession = Omit<RealtimeTranscriptionSessionCreateRequest, 'audio'> & { audio?: { input?: VendorInput } };
type VendorClientEvent =
  | (Omit<SessionUpdateEvent, 'session'> & { session: VendorSession })
  | InputAudioBufferAppendEvent
  | InputAudioBufferCommitEvent
  | InputAudioBufferClearEvent;

export type ClientEvent = Within<VendorClientEvent, z.output<typeof clientEvent>>;
export type SessionRequest = z.output<typeof session>;
export type AudioInput = z.output<typeof audioInput>;
export type Transcription = z.output<typeof transcription>;
export type TurnDetection = z.output<typeof serverVad> | z.output<typeof semanticVad>;

/** Has no value; it exists to be checked. */
export type KnownMembers = [
  Complete<RealtimeTranscriptionSessionCreateRequest, Required<SessionRequest>>,
  Complete<RealtimeTranscriptionSessionAudioInput, Required<AudioInput>>,
  Complete<AudioTranscription, Required<Transcription>>,
  Complete<RealtimeTranscriptionSessionAudioInput.NoiseReduction, Required<z.output<typeof noiseReduction>>>,
  Complete<
    Extract<RealtimeTranscriptionSessionAudioInputTurnDetection, { type: 'server_vad' }>,
    Required<z.output<typeof serverVad>>
  >,
  Complete<
    Extract<RealtimeTranscriptionSessionAudioInputTurnDetection, { type: 'semantic_vad' }>,
    Required<z.output<typeof semanticVad>>
  >,
];
