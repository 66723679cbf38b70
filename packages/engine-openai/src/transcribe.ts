import { samplesToMs, wavFile } from '@live-transcribe/audio';
import { EngineError, type TimedWord, type TranscribeOptions, type Transcription } from '@live-transcribe/core';
import { z } from 'zod';
import type { Dialect } from './dialects.ts';
import { httpFault, parseJson, post } from './http-fault.ts';
import { modelTraits } from './models.ts';
import { usageOf } from './outcome.ts';
import { type Price, type Prices, priced } from './prices.ts';
import { billed } from './server-events.ts';
import type { Service } from './service.ts';
import { sampleRate } from './transcription-session.ts';
import { engineError, unreachable } from './upstream-fault.ts';

/** The service takes files of 25 MB: less its header, 16-bit samples. */
const mostSamples = (25_000_000 - 44) / 2;
/** Bytes; as many words as fit into the longest file, told at their most wordy, are a fraction of it. */
const longestBody = 4 * 1024 * 1024;

const answerBody = z.object({
  text: z.string(),
  words: z
    .array(z.object({ word: z.string(), start: z.number(), end: z.number() }))
    .nullish()
    .catch(undefined),
  usage: billed.nullish().catch(undefined),
});

export interface FileTranscriptionOptions extends TranscribeOptions {
  readonly base: URL;
  readonly dialect: Dialect;
  readonly headers: Readonly<Record<string, string>>;
  readonly service: Service;
  readonly prices?: Prices;
  readonly signal: AbortSignal;
}

/** Transcribes mono samples at the service's rate as one file. Throws `EngineError`. */
export async function transcribeFile(samples: Int16Array, options: FileTranscriptionOptions): Promise<Transcription> {
  const { base, dialect, headers, service, signal } = options;
  if (samples.length > mostSamples) {
    const seconds = Math.floor(mostSamples / sampleRate);
    throw new EngineError(
      'engine_refused',
      `At most ${seconds} s of audio may be sent to ${service.name} as one file.`,
    );
  }
  const model = fileModel(options);
  const url = dialect.transcriptions(base, model);
  const body = form(samples, model, options);
  const answer = await post({ url, headers, body, signal, longestBody }).catch((thrown: unknown) => {
    throw unreachable(thrown, service);
  });
  if (answer.status !== 200) throw engineError(httpFault(answer), service);
  const parsed = answerBody.safeParse(answer.isCut ? undefined : parseJson(answer.body));
  if (!parsed.success) {
    const message = `A ${answer.contentType} of ${answer.body.length} characters, but no transcription.`;
    throw engineError({ status: answer.status, message }, service);
  }
  return transcription(parsed.data, samplesToMs(samples.length, sampleRate), options.prices?.get(model));
}

function fileModel({ dialect, model, words }: FileTranscriptionOptions): string {
  const wordsModel = words ? dialect.wordsModel : undefined;
  return wordsModel ?? modelTraits(model).fileModel ?? model;
}

function form(samples: Int16Array, model: string, { words, language, prompt }: FileTranscriptionOptions): FormData {
  const fields = new FormData();
  fields.set('file', new Blob([wavFile(samples, sampleRate)], { type: 'audio/wav' }), 'audio.wav');
  fields.set('model', model);
  fields.set('response_format', words ? 'verbose_json' : 'json');
  if (words) fields.set('timestamp_granularities[]', 'word');
  if (language !== undefined) fields.set('language', language);
  if (prompt !== undefined && modelTraits(model).takesPrompt) fields.set('prompt', prompt);
  return fields;
}

function transcription(
  { text, words, usage }: z.output<typeof answerBody>,
  lengthMs: number,
  price: Price | undefined,
): Transcription {
  const counted = priced((usage && usageOf(usage)) ?? undefined, lengthMs / 1000, price);
  return {
    text,
    ...(words && { words: words.map((word) => timedWord(word, lengthMs)) }),
    ...(counted && { usage: counted }),
  };
}

/** Within the audio: the model's times may reach beyond its end. */
function timedWord({ word, start, end }: { word: string; start: number; end: number }, lengthMs: number): TimedWord {
  const from = Math.min(Math.max(Math.round(start * 1000), 0), lengthMs);
  return { text: word, start: from, end: Math.min(Math.max(Math.round(end * 1000), from), lengthMs) };
}
