import type { ClientProtocol, SessionEvent } from '@live-transcribe/core';
import { TranscriptionsCodec, type TranscriptionsOptions } from './codec.ts';
import { EventWriter } from './event-writer.ts';

/** `WS /v1/transcriptions`: a start message, then audio; texts come back. */
export function transcriptionsProtocol(options: TranscriptionsOptions): ClientProtocol {
  return { path: '/v1/transcriptions', codec: () => new TranscriptionsCodec(options) };
}

/** The same messages, with all there is in them, for one who follows a session without speaking. */
export function watcherMessages(): (event: SessionEvent) => string | undefined {
  const writer = new EventWriter({
    partials: 'text',
    words: true,
    resuming: undefined,
    numbered: true,
    continues: false,
  });
  return (event) => writer.write(event);
}
