import type { TranscriptionVerbose } from 'openai/resources/audio/transcriptions';
import { type ApiFault, errorBody, invalidRequest } from './api-fault.ts';
import { pcmRate } from './client-events.ts';
import type { HttpAnswer } from './faults.ts';
import { wordsOf } from './script.ts';

/** One request for the text of a file. */
export interface TranscriptionRequest {
  readonly model: string;
  readonly language: string | undefined;
  readonly prompt: string | undefined;
  readonly format: string;
  readonly words: boolean;
  readonly samples: Int16Array;
}

export interface ScriptedTranscription {
  readonly text: string;
  /** Seconds since the file's first sample. */
  readonly words?: readonly { readonly word: string; readonly start: number; readonly end: number }[];
}

export type TranscriptionScript = (request: TranscriptionRequest) => ScriptedTranscription;

const headerBytes = 44;

/** What the form of a `POST /audio/transcriptions` asks for. */
export async function readTranscriptionRequest(
  body: Buffer<ArrayBuffer>,
  contentType: string,
  wordsModel: string | undefined,
): Promise<TranscriptionRequest | { readonly fault: ApiFault }> {
  const form = await new Response(body, { headers: { 'content-type': contentType } }).formData().catch(() => undefined);
  if (!form) return { fault: invalidRequest(null, 'The body of the request is no form.') };
  const text = (name: string) => {
    const value = form.get(name);
    return typeof value === 'string' ? value : undefined;
  };
  const model = text('model');
  const file = form.get('file');
  if (model === undefined) return { fault: missing('model') };
  if (!(file instanceof Blob)) return { fault: missing('file') };
  const samples = readWav(Buffer.from(await file.arrayBuffer()));
  if (!samples)
    return { fault: invalidRequest('invalid_value', 'The simulator reads WAV files of its rate only.', 'file') };
  const format = text('response_format') ?? 'json';
  const words = form.getAll('timestamp_granularities[]').includes('word');
  const fault = conflict(format, words, wordsModel === undefined || model === wordsModel);
  if (fault) return { fault };
  return { model, language: text('language'), prompt: text('prompt'), format, words, samples };
}

export function answerTranscription(
  request: TranscriptionRequest,
  script: TranscriptionScript | undefined,
): HttpAnswer {
  const seconds = request.samples.length / pcmRate;
  const { text, words } = (script ?? unscripted)(request);
  const usage = { type: 'duration', seconds } as const;
  const verbose: TranscriptionVerbose = {
    language: request.language ?? 'english',
    duration: seconds,
    text,
    usage,
    ...(request.words && { words: [...(words ?? evenly(text, seconds))] }),
  };
  const body = request.format === 'verbose_json' ? { task: 'transcribe', ...verbose } : { text, usage };
  return { status: 200, body: JSON.stringify(body) };
}

const unscripted: TranscriptionScript = () => ({ text: 'simulated transcription' });

export const asRefusal = (fault: ApiFault): HttpAnswer => ({ status: 400, body: errorBody(fault) });

const missing = (name: string) =>
  invalidRequest('missing_required_parameter', `Missing required parameter: '${name}'.`, name);

function conflict(format: string, words: boolean, hasWords: boolean): ApiFault | undefined {
  const not = (param: string, message: string) => invalidRequest('unsupported_value', message, param);
  if (format === 'verbose_json' && !hasWords) return not('response_format', 'Not with this model.');
  if (words && format !== 'verbose_json') return not('timestamp_granularities', 'Only with verbose_json.');
  return undefined;
}

/** Mono 16-bit PCM at the rate of the protocol; `undefined` for any other file. */
function readWav(file: Buffer): Int16Array | undefined {
  if (file.length < headerBytes || file.toString('latin1', 0, 4) !== 'RIFF') return undefined;
  const isOurs = file.readUInt16LE(20) === 1 && file.readUInt16LE(22) === 1 && file.readUInt16LE(34) === 16;
  const isWhole = file.readUInt32LE(40) === file.length - headerBytes && file.readUInt32LE(4) === file.length - 8;
  if (!isOurs || !isWhole || file.readUInt32LE(24) !== pcmRate) return undefined;
  const samples = new Int16Array((file.length - headerBytes) / 2);
  new Uint8Array(samples.buffer).set(file.subarray(headerBytes));
  return samples;
}

function evenly(text: string, seconds: number) {
  const words = wordsOf(text);
  return words.map((word, index) => ({
    word: word.trim(),
    start: (seconds * index) / words.length,
    end: (seconds * (index + 1)) / words.length,
  }));
}
