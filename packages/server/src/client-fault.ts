import { AudioError } from '@live-transcribe/audio';
import { asTranscribeError, ClientError, type TranscribeError } from '@live-transcribe/core';

/** What a client is told of an error in its audio; of anything else that was thrown too. */
export function asClientFault(thrown: unknown): TranscribeError {
  if (thrown instanceof AudioError) return new ClientError(thrown.code, thrown.message, { cause: thrown });
  return asTranscribeError(thrown);
}
