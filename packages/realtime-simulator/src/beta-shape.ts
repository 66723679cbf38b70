import type { RealtimeServerEvent } from 'openai/resources/realtime/realtime';
import { z } from 'zod';

/** The beta's one event that differs: its session is flat. Members nobody knows are kept, to be refused like any other. */
const update = z.looseObject({
  type: z.literal('transcription_session.update'),
  session: z.looseObject({
    input_audio_format: z.literal('pcm16').optional(),
    input_audio_transcription: z.unknown().optional(),
    turn_detection: z.unknown().optional(),
    input_audio_noise_reduction: z.unknown().optional(),
  }),
});

const named = z.looseObject({ type: z.string() });

/** A client event of the beta as the general one it stands for; what is of the general dialect is no event here. */
export function fromBeta(json: unknown): unknown {
  const parsed = update.safeParse(json);
  if (!parsed.success) {
    const general = named.safeParse(json);
    return general.success && general.data.type === 'session.update'
      ? { ...general.data, type: 'session.update?' }
      : json;
  }
  const { session, ...rest } = parsed.data;
  const {
    input_audio_format: _,
    input_audio_transcription: transcription,
    input_audio_noise_reduction: noise_reduction,
    turn_detection,
    ...others
  } = session;
  const input = defined({ transcription, noise_reduction, turn_detection });
  return { ...rest, type: 'session.update', session: { type: 'transcription', audio: { input }, ...others } };
}

/** A server event as the beta words it; `undefined` where it has none. */
export function toBeta(event: RealtimeServerEvent): object | undefined {
  if (event.type === 'session.created' || event.type === 'session.updated') {
    return { ...event, type: `transcription_${event.type}`, session: flat(event.session) };
  }
  if (event.type === 'conversation.item.added') return { ...event, type: 'conversation.item.created' };
  return event.type === 'conversation.item.done' ? undefined : event;
}

const session = z.looseObject({
  audio: z.object({
    input: z.object({
      transcription: z.unknown().optional(),
      noise_reduction: z.unknown().optional(),
      turn_detection: z.unknown().optional(),
    }),
  }),
});

function flat(general: unknown): object {
  const { audio, ...rest } = session.parse(general);
  const { transcription, noise_reduction, turn_detection } = audio.input;
  return {
    ...rest,
    input_audio_format: 'pcm16',
    ...defined({
      input_audio_transcription: transcription,
      input_audio_noise_reduction: noise_reduction,
      turn_detection,
    }),
  };
}

const defined = (members: Readonly<Record<string, unknown>>): object =>
  Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined));
