import type { RealtimeServerEvent } from 'openai/resources/realtime/realtime';
import { z } from 'zod';

const item_id = z.string();
const deltaType = 'conversation.item.input_audio_transcription.delta';

/** In the socket's events and in HTTP answers. */
export const billed = z.object({
  seconds: z.number().optional(),
  input_tokens: z.number().optional(),
  output_tokens: z.number().optional(),
});

/** Only what is read, so that nothing else the service adds or leaves out is in the way. */
const schemas = {
  'session.created': z.object({ type: z.literal('session.created'), session: z.unknown().optional() }),
  'session.updated': z.object({ type: z.literal('session.updated'), session: z.unknown().optional() }),
  'input_audio_buffer.speech_started': z.object({
    type: z.literal('input_audio_buffer.speech_started'),
    item_id,
    audio_start_ms: z.number(),
  }),
  'input_audio_buffer.speech_stopped': z.object({
    type: z.literal('input_audio_buffer.speech_stopped'),
    item_id,
    audio_end_ms: z.number(),
  }),
  'input_audio_buffer.committed': z.object({
    type: z.literal('input_audio_buffer.committed'),
    item_id,
    previous_item_id: z.string().nullish(),
  }),
  'input_audio_buffer.cleared': z.object({ type: z.literal('input_audio_buffer.cleared') }),
  [deltaType]: z.object({
    type: z.literal(deltaType),
    item_id,
    delta: z.string().optional(),
  }),
  'conversation.item.input_audio_transcription.completed': z.object({
    type: z.literal('conversation.item.input_audio_transcription.completed'),
    item_id,
    transcript: z.string(),
    // What is beside the text is worth less than the text: what cannot be read of it is left out.
    logprobs: z
      .array(z.object({ logprob: z.number() }))
      .nullish()
      .catch(undefined),
    usage: billed.optional().catch(undefined),
  }),
  'conversation.item.input_audio_transcription.segment': z.object({
    type: z.literal('conversation.item.input_audio_transcription.segment'),
    item_id,
    text: z.string(),
    speaker: z.string(),
    start: z.number(),
    end: z.number(),
  }),
  'conversation.item.input_audio_transcription.failed': z.object({
    type: z.literal('conversation.item.input_audio_transcription.failed'),
    item_id,
    error: z.object({
      message: z.string().optional(),
      type: z.string().optional(),
      code: z.string().optional(),
    }),
  }),
  error: z.object({
    type: z.literal('error'),
    error: z.object({
      message: z.string(),
      type: z.string(),
      code: z.string().nullish(),
      param: z.string().nullish(),
      event_id: z.string().nullish(),
    }),
  }),
};

/** Events that are known and say nothing that is needed here. */
const unneeded: ReadonlySet<string> = new Set<RealtimeServerEvent['type']>([
  'conversation.created',
  'conversation.item.added',
  'conversation.item.created',
  'conversation.item.deleted',
  'conversation.item.done',
  'input_audio_buffer.timeout_triggered',
  'rate_limits.updated',
]);

type Type = keyof typeof schemas;

/*
 * What the compiler checks against the `openai` package: that each event of the vendor's type satisfies the schema of
 * its name, so nothing is demanded that the vendor does not promise.
 */
type Promised<Demanded, Vendor extends Demanded> = Vendor;
export type PromisedEvents = Promised<
  { [T in Type]: z.input<(typeof schemas)[T]> },
  { [T in Type]: Extract<RealtimeServerEvent, { type: T }> }
>;

export type ServerEvent = z.output<(typeof schemas)[Type]>;
export type ErrorEvent = Extract<ServerEvent, { type: 'error' }>;
type DeltaEvent = Extract<ServerEvent, { type: typeof deltaType }>;

/** Outside `ServerEvent` on purpose: an arm for anything else would stop the compiler from telling the others apart. */
export type Reading =
  | { readonly kind: 'event'; readonly event: ServerEvent }
  | { readonly kind: 'unneeded' }
  | { readonly kind: 'unknown'; readonly type: string }
  /** `itemId` where the message names an item. */
  | {
      readonly kind: 'malformed';
      readonly type: string;
      readonly problem: string;
      readonly itemId: string | undefined;
    };

const named = z.object({ type: z.string(), item_id: z.string().optional().catch(undefined) });

/** As servers of the beta's dialect call them. */
const formerNames: ReadonlyMap<string, string> = new Map([
  ['transcription_session.created', 'session.created'],
  ['transcription_session.updated', 'session.updated'],
]);

const expiring = z.object({ expires_at: z.number().positive() });

/** When a session object of the service says that it ends, in epoch seconds; `undefined` where it does not say. */
export function expiryOf(session: unknown): number | undefined {
  const parsed = expiring.safeParse(session);
  return parsed.success ? parsed.data.expires_at : undefined;
}

/** What an upstream message says. `json` is the parsed message, or `undefined` where it was no JSON. */
export function readServerEvent(json: unknown): Reading {
  if (isDelta(json)) return { kind: 'event', event: json };
  const message = named.safeParse(json);
  if (!message.success) return { kind: 'malformed', type: '(none)', problem: 'It is no event.', itemId: undefined };
  const { item_id: itemId } = message.data;
  const type = formerNames.get(message.data.type) ?? message.data.type;
  if (unneeded.has(type)) return { kind: 'unneeded' };
  if (!isKnown(type)) return { kind: 'unknown', type };
  const event = schemas[type].safeParse(type === message.data.type ? json : renamed(json, type));
  if (event.success) return { kind: 'event', event: event.data };
  return { kind: 'malformed', type, problem: z.prettifyError(event.error), itemId };
}

/** As its schema, by hand: of deltas there are as many as of all other events together, and zod makes a copy of each. */
const isDelta = (json: unknown): json is DeltaEvent =>
  typeof json === 'object' &&
  json !== null &&
  'type' in json &&
  json.type === deltaType &&
  'item_id' in json &&
  typeof json.item_id === 'string' &&
  (!('delta' in json) || typeof json.delta === 'string');

const renamed = (json: unknown, type: string) => (typeof json === 'object' ? { ...json, type } : json);

const isKnown = (type: string): type is Type => Object.hasOwn(schemas, type);
