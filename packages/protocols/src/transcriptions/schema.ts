import { maxChannels, maxSampleRate, minSampleRate, rawEncodings, timelineMs } from '@live-transcribe/audio';
import { ClientError, type Command, type TurnOptions } from '@live-transcribe/core';
import { z } from 'zod';
import { languageExpected, parseLanguage } from '../language.ts';

/** Far beyond any prompt an engine reads, far below what would hurt. */
const longestPrompt = 8_000;
const longestModel = 200;
const longestKeyword = 200;
const mostKeywords = 200;
const mostLanguages = 20;
const longestId = 100;
/** In seconds: a year, so that what is counted in samples stays exact. */
const longestTimeline = 366 * 86_400;

const encodings = ['auto', ...rawEncodings] as const;
const partialModes = ['text', 'delta', 'off'] as const;

export type PartialMode = (typeof partialModes)[number];

const oneOf = (values: readonly string[]) => `must be one of ${values.map((value) => `"${value}"`).join(', ')}`;
const integer = (least: number, most: number) => {
  const error = `must be a whole number from ${least} to ${most}`;
  return z.int({ error }).min(least, { error }).max(most, { error });
};
const text = (most: number) => {
  const error = `must be a text of at most ${most} characters`;
  return z.string({ error }).max(most, { error });
};

/** `null` counts as not given: clients written in other languages send it for what they leave out. */
const shares = { error: 'must be a number from 0 to 1' };
const milliseconds = integer(0, 60_000);
const languageTag = z
  .string({ error: `must be ${languageExpected}` })
  .refine((tag) => parseLanguage(tag).ok, { error: `must be ${languageExpected}` });

const turnKinds = ['server_vad', 'semantic_vad', 'gateway_vad', 'none'] as const;
const eagernesses = ['auto', 'low', 'medium', 'high'] as const;
const delays = ['minimal', 'low', 'medium', 'high', 'xhigh'] as const;
const noiseReductions = ['near_field', 'far_field', 'off'] as const;

/** As OpenAI has it, with two kinds of ours. */
const turnDetection = z.object({
  type: z.enum(turnKinds, { error: oneOf(turnKinds) }),
  threshold: z.number(shares).min(0, shares).max(1, shares).nullish(),
  prefix_padding_ms: milliseconds.nullish(),
  silence_duration_ms: milliseconds.nullish(),
  eagerness: z.enum(eagernesses, { error: oneOf(eagernesses) }).nullish(),
});

const timeOnTimeline = { error: `must be a time in seconds from 0 to ${longestTimeline}` };

const resume = z.object(
  {
    session_id: text(longestId),
    from: z.number(timeOnTimeline).min(0, timeOnTimeline).max(longestTimeline, timeOnTimeline),
    after: integer(0, Number.MAX_SAFE_INTEGER),
  },
  { error: 'must be an object with "session_id", "from" and "after"' },
);

/** The first message of a client. */
export const startMessage = z.object({
  action: z.literal('start'),
  language: languageTag.nullish(),
  model: text(longestModel).nullish(),
  prompt: text(longestPrompt).nullish(),
  encoding: z.enum(encodings, { error: oneOf(encodings) }).nullish(),
  sample_rate: integer(minSampleRate, maxSampleRate).nullish(),
  channels: integer(1, maxChannels).nullish(),
  keywords: z
    .array(text(longestKeyword), { error: `must be a list of at most ${mostKeywords} texts` })
    .max(mostKeywords, { error: `must be a list of at most ${mostKeywords} texts` })
    .nullish(),
  languages: z
    .array(languageTag, { error: `must be a list of at most ${mostLanguages} languages` })
    .max(mostLanguages, { error: `must be a list of at most ${mostLanguages} languages` })
    .nullish(),
  delay: z.enum(delays, { error: oneOf(delays) }).nullish(),
  noise_reduction: z.enum(noiseReductions, { error: oneOf(noiseReductions) }).nullish(),
  turn_detection: turnDetection.nullish(),
  words: z.boolean({ error: 'must be true or false' }).nullish(),
  partials: z.enum(partialModes, { error: oneOf(partialModes) }).nullish(),
  resumable: z.boolean({ error: 'must be true or false' }).nullish(),
  keep_audio: z.boolean({ error: 'must be true or false' }).nullish(),
  resume: resume.nullish(),
});

export interface StartDefaults {
  readonly model: string;
}

const defaultLanguage = 'en';
const defaultSampleRate = 24_000;

export interface Start {
  readonly command: Extract<Command, { kind: 'start' | 'resume' }>;
  readonly partials: PartialMode;
}

/** What a start message asks for; throws `ClientError` `bad_value` that names the member and what it must be. */
export function parseStart(message: object, defaults: StartDefaults): Start {
  const parsed = startMessage.safeParse(message);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw new ClientError('bad_value', `"${issue?.path.join('.')}" ${issue?.message}.`, { cause: parsed.error });
  }
  const start = parsed.data;
  return { partials: start.partials ?? 'text', command: commandOf(start, defaults) };
}

function commandOf(start: StartMessage, defaults: StartDefaults): Start['command'] {
  const audio = {
    encoding: start.encoding ?? 'auto',
    sampleRate: start.sample_rate ?? defaultSampleRate,
    channels: start.channels ?? 1,
  };
  const words = start.words ?? false;
  if (start.resume) {
    const { session_id: session, from, after } = start.resume;
    return { kind: 'resume', request: { session, from: timelineMs(from * 1000), after, audio, words } };
  }
  const language = parseLanguage(start.language ?? defaultLanguage);
  const request = {
    language: language.ok ? language.language : undefined,
    model: start.model ? start.model : defaults.model,
    prompt: start.prompt ? start.prompt : undefined,
    words,
    ...wishes(start),
    audio,
    resumable: start.resumable ?? false,
    ...(typeof start.keep_audio === 'boolean' && { keepAudio: start.keep_audio }),
  };
  return { kind: 'start', request };
}

type StartMessage = z.infer<typeof startMessage>;

/** What a client may ask of the recognition; absent is what the server has set. */
function wishes({ keywords, languages, delay, noise_reduction, turn_detection }: StartMessage) {
  return {
    ...(keywords && { keywords }),
    ...(languages && { languages: languages.flatMap(knownLanguage) }),
    ...(delay && { delay }),
    ...(noise_reduction && { noiseReduction: noise_reduction }),
    ...(turn_detection && { turns: turnOptions(turn_detection) }),
  };
}

function knownLanguage(tag: string): string[] {
  const parsed = parseLanguage(tag);
  return parsed.ok && parsed.language !== undefined ? [parsed.language] : [];
}

function turnOptions(given: z.infer<typeof turnDetection>): TurnOptions {
  const silence = typeof given.silence_duration_ms === 'number' && { silenceDurationMs: given.silence_duration_ms };
  switch (given.type) {
    case 'server_vad':
      return {
        kind: 'server_vad',
        ...(typeof given.threshold === 'number' && { threshold: given.threshold }),
        ...(typeof given.prefix_padding_ms === 'number' && { prefixPaddingMs: given.prefix_padding_ms }),
        ...silence,
      };
    case 'semantic_vad':
      return { kind: 'semantic_vad', ...(given.eagerness && { eagerness: given.eagerness }) };
    case 'gateway_vad':
      return { kind: 'gateway_vad', ...silence };
    case 'none':
      return { kind: 'none' };
    default:
      return given.type satisfies never;
  }
}
