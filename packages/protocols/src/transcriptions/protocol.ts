import type { ClientProtocol } from '@live-transcribe/core';
import { TranscriptionsCodec } from './codec.ts';
import type { StartDefaults } from './schema.ts';

/** `WS /v1/transcriptions`: a start message, then audio; texts come back. */
export function transcriptionsProtocol(defaults: StartDefaults): ClientProtocol {
  return { path: '/v1/transcriptions', codec: () => new TranscriptionsCodec(defaults) };
}
