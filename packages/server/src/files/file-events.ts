import type { SessionEvent, TranscribeError } from '@live-transcribe/core';
import { secondsOf } from '../http/session-schemas.ts';
import { type FileTranscript, failureOf } from './file-answer.ts';
import { openaiError } from './openai-error.ts';

const framed = (data: { readonly type: string; readonly [member: string]: unknown }): string =>
  `event: ${data.type}\ndata: ${JSON.stringify(data)}\n\n`;

/** What `event`, which the transcript has already, tells who has sent a file: a server-sent event, or nothing. */
export function fileEvent(event: SessionEvent, transcript: FileTranscript): string | undefined {
  switch (event.kind) {
    case 'final': {
      const { text, segment, start, end, speaker } = event;
      if (text === '') return undefined;
      const delta = transcript.items.length > 1 ? ` ${text.trim()}` : text.trim();
      const place = { segment, start: secondsOf(start), end: secondsOf(end) };
      return framed({ type: 'transcript.text.delta', delta, ...place, ...(speaker !== undefined && { speaker }) });
    }
    case 'segment_failed':
      return framed({ type: 'transcript.failure', ...failureOf(event, event.error) });
    case 'gap':
      return framed({ type: 'transcript.failure', ...failureOf(event, event.reason) });
    case 'covered':
      return framed({ type: 'transcript.progress', seconds: secondsOf(event.through) });
    case 'closed': {
      if (event.error) return undefined;
      const { text, usage, missing } = transcript;
      return framed({ type: 'transcript.text.done', text, usage, ...missing });
    }
    case 'opened':
    case 'resumed':
    case 'partial':
    case 'words':
    case 'engine_changed':
      return undefined;
    default:
      return event satisfies never;
  }
}

/** Why there will be no `transcript.text.done`. */
export const faultEvent = (error: TranscribeError): string => framed({ type: 'error', ...openaiError(error) });
