import { ClientError, type SessionRequest } from '@live-transcribe/core';
import { parseStart, type StartDefaults } from '@live-transcribe/protocols';

export const fileFormats = ['json', 'text', 'srt', 'verbose_json', 'vtt'] as const;

export type FileFormat = (typeof fileFormats)[number];

/** What a client wants to have made of a file. */
export interface FileRequest extends SessionRequest {
  readonly format: FileFormat;
  /** Whether texts are sent as they become known. */
  readonly stream: boolean;
  /** Whether the file was said to be raw samples, of which it says nothing itself. */
  readonly isRaw: boolean;
}

/** Values by the name of their field, in the order in which they came. */
export type FormFields = ReadonlyMap<string, readonly string[]>;

const granularities = ['word', 'segment'];

/** Reads the form of OpenAI's `POST /audio/transcriptions`; fields not known are ignored. Throws `ClientError` `bad_value`. */
export function parseFileForm(fields: FormFields, defaults: StartDefaults): FileRequest {
  const last = (name: string) => fields.get(name)?.at(-1)?.trim() || undefined;
  const number = (name: string) => (last(name) === undefined ? undefined : Number(last(name)));
  const wanted = [...(fields.get('timestamp_granularities[]') ?? []), ...(fields.get('timestamp_granularities') ?? [])];
  for (const value of wanted) oneOf(granularities, 'timestamp_granularities', value);
  const encoding = last('encoding');
  const { command } = parseStart(
    {
      action: 'start',
      language: last('language') ?? 'auto',
      model: last('model'),
      prompt: last('prompt'),
      encoding,
      sample_rate: number('sample_rate'),
      channels: number('channels'),
      words: wanted.includes('word'),
    },
    defaults,
  );
  if (command.kind !== 'start') throw new TypeError('Nobody has asked to resume.');
  return {
    ...command.request,
    format: oneOf(fileFormats, 'response_format', last('response_format') ?? 'json'),
    stream: oneOf(['true', 'false'], 'stream', last('stream') ?? 'false') === 'true',
    isRaw: encoding !== undefined && encoding !== 'auto',
  };
}

function oneOf<Value extends string>(values: readonly Value[], field: string, given: string): Value {
  const found = values.find((value) => value === given);
  if (found !== undefined) return found;
  throw new ClientError('bad_value', `"${field}" must be one of ${values.map((value) => `"${value}"`).join(', ')}.`);
}
