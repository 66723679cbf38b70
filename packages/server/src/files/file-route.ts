import { errorTable } from '@live-transcribe/core';
import { z } from 'zod';
import type { Answer, RouteSpec } from '../http/route.ts';
import { fileFormats } from './file-form.ts';
import { filesPath } from './transcribe-file.ts';

const errorAnswer = z
  .object({
    error: z.object({
      message: z.string().describe('A sentence for people.'),
      type: z.enum(['invalid_request_error', 'server_error']),
      param: z.null(),
      code: z.enum(Object.keys(errorTable)).describe('For programs.'),
    }),
  })
  .meta({ id: 'OpenAIError' });

const form = z.object({
  file: z.string().meta({ format: 'binary' }).describe('The audio, in any form that this server decodes.'),
  model: z.string().optional().describe('The engine’s own name of a model; the one in force when absent.'),
  language: z.string().optional().describe('ISO 639-1; the engine decides when absent.'),
  prompt: z.string().optional().describe('Words or a sentence that the engine may use as context.'),
  response_format: z.enum(fileFormats).optional().describe('json when absent.'),
  'timestamp_granularities[]': z
    .array(z.enum(['word', 'segment']))
    .optional()
    .describe('With verbose_json: whether words have times too, where the engine knows them.'),
  stream: z
    .enum(['true', 'false'])
    .optional()
    .describe('Whether texts come as server-sent events, as they become known.'),
  encoding: z.string().optional().describe('Of raw samples only: pcm16, pcm_f32, mulaw, alaw.'),
  sample_rate: z.string().optional().describe('Of raw samples, in Hz; 24000 when absent.'),
  channels: z.string().optional().describe('Of raw samples; 1 when absent.'),
});

const refusals: Readonly<Record<number, string>> = {
  400: 'The form could not be read, or the audio not be decoded.',
  413: 'The file is too large.',
  422: 'A field has a value that is not allowed.',
  429: 'The engine has no quota left, or limits the rate.',
  502: 'The engine failed.',
  503: 'The server has no engine, or is busy with other files.',
  504: 'The engine did not answer in time.',
};

/** `bodyLimit` in bytes. */
export const fileRoute = (bodyLimit: number) =>
  ({
    method: 'POST',
    path: filesPath,
    says: 'Transcribes a file, as OpenAI’s endpoint of this name does, with every engine.',
    access: ['transcribe'],
    form,
    bodyLimit,
    answers: {
      200: {
        says: 'What was said; with stream, transcript.text.delta events and at last transcript.text.done.',
        types: ['application/json', 'text/plain', 'application/x-subrip', 'text/vtt', 'text/event-stream'],
      },
      ...Object.fromEntries(
        Object.entries(refusals).map(([status, says]): [string, Answer] => [status, { says, json: errorAnswer }]),
      ),
    },
  }) as const satisfies RouteSpec;
