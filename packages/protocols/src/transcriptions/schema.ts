import { maxChannels, maxSampleRate, minSampleRate, rawEncodings } from '@live-transcribe/audio';
import { ClientError, type SessionRequest } from '@live-transcribe/core';
import { z } from 'zod';
import { languageExpected, parseLanguage } from '../language.ts';

/** Far beyond any prompt an engine reads, far below what would hurt. */
const longestPrompt = 8_000;
const longestModel = 200;

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
const startMessage = z.object({
  language: z
    .string({ error: `must be ${languageExpected}` })
    .refine((tag) => parseLanguage(tag).ok, { error: `must be ${languageExpected}` })
    .nullish(),
  model: text(longestModel).nullish(),
  prompt: text(longestPrompt).nullish(),
  encoding: z.enum(encodings, { error: oneOf(encodings) }).nullish(),
  sample_rate: integer(minSampleRate, maxSampleRate).nullish(),
  channels: integer(1, maxChannels).nullish(),
  words: z.boolean({ error: 'must be true or false' }).nullish(),
  partials: z.enum(partialModes, { error: oneOf(partialModes) }).nullish(),
});

export interface StartDefaults {
  readonly model: string;
}

const defaultLanguage = 'en';
const defaultSampleRate = 24_000;

export interface Start {
  readonly request: SessionRequest;
  readonly partials: PartialMode;
}

/** A start message's members; throws `ClientError` `bad_value` that names the member and what it must be. */
export function parseStart(message: object, defaults: StartDefaults): Start {
  const parsed = startMessage.safeParse(message);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw new ClientError('bad_value', `"${issue?.path.join('.')}" ${issue?.message}.`, { cause: parsed.error });
  }
  const start = parsed.data;
  const language = parseLanguage(start.language ?? defaultLanguage);
  return {
    partials: start.partials ?? 'text',
    request: {
      language: language.ok ? language.language : undefined,
      model: start.model ? start.model : defaults.model,
      prompt: start.prompt ? start.prompt : undefined,
      words: start.words ?? false,
      audio: {
        encoding: start.encoding ?? 'auto',
        sampleRate: start.sample_rate ?? defaultSampleRate,
        channels: start.channels ?? 1,
      },
    },
  };
}
