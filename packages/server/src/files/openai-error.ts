import type { TranscribeError } from '@live-transcribe/core';
import { httpStatus } from '../http/http-status.ts';

/** An error as OpenAI words it, which its clients know how to read. */
export function openaiError({ code, message }: TranscribeError) {
  const type = httpStatus(code) < 500 ? 'invalid_request_error' : 'server_error';
  return { error: { message, type, param: null, code } };
}
