import { noticeTable } from '@live-transcribe/audio';
import { errorTable } from '@live-transcribe/core';
import { z } from 'zod';
import { codes } from '../codes.ts';
import type { SocketMessages } from '../socket-messages.ts';
import { startMessage } from './schema.ts';

const time = z.number().min(0).describe('Seconds of audio since the first sample of the session.');
const segment = z.int().min(0).describe('Index of the segment, from 0.');
const seq = z.int().min(1).optional().describe('Number of the event; told to clients that may come back.');
const place = { segment, start: time, end: time };

const word = z.object({
  word: z.string(),
  start: time,
  end: time,
  confidence: z.number().min(0).max(1).optional(),
});

const resumable = z.number().describe('Seconds for which the engine listens on after a lost connection.');
const heartbeat = z.number().describe('The server says something at least so often, in seconds.');

const session = {
  session_id: z.string(),
  engine: z.string(),
  model: z.string(),
  language: z.string().describe('ISO 639-1, or "auto".'),
};

/** Every message of `/v1/transcriptions`. */
export const transcriptionsMessages: SocketMessages = {
  path: '/v1/transcriptions',
  client: {
    start: startMessage.describe('The first message, within 10 s.'),
    commit: z.object({ action: z.literal('commit') }).describe('Finalises what has been said.'),
    clear: z.object({ action: z.literal('clear') }).describe('Drops what is not final.'),
    stop: z.object({ action: z.literal('stop') }).describe('Ends the audio; the remaining finals follow.'),
  },
  server: {
    started: z
      .strictObject({ ...session, resumable_s: resumable.optional(), heartbeat_s: heartbeat.optional() })
      .describe('Answers the start message; "resumable_s" and "heartbeat_s" for clients that may come back.'),
    resumed: z
      .strictObject({
        ...session,
        resumable_s: resumable,
        heartbeat_s: heartbeat,
        resumed: z.literal(true),
        received: time.describe('Seconds of audio that the server has.'),
      })
      .describe('Answers a start message with "resume".'),
    partial: z.strictObject({ partial: z.string(), ...place }).describe('The text so far; replaces the one before.'),
    delta: z.strictObject({ delta: z.string(), ...place }).describe('More text of the open segment.'),
    final: z
      .strictObject({
        final: z.string(),
        ...place,
        speaker: z.string().optional(),
        confidence: z.number().min(0).max(1).optional(),
        words: z.array(word).optional(),
        seq,
      })
      .describe('The text of a closed segment; never changes, comes once.'),
    words: z.strictObject({ words: z.array(word), segment, seq }).describe('When the words of a final sounded.'),
    error: z
      .strictObject({
        error: z.string().describe('A sentence for people.'),
        code: z.enum(codes(errorTable)),
        segment: segment.optional(),
        start: time.optional(),
        end: time.optional(),
        seq,
      })
      .describe('With "start" and "end" it concerns a part of the audio only, and the session goes on.'),
    notice: z
      .strictObject({ notice: z.string(), code: z.enum(codes(noticeTable)), start: time })
      .describe('Something about the audio; the session goes on.'),
    covered: z
      .strictObject({ covered: time, seq: z.int().min(0) })
      .describe('All that was said before is told by the events up to number "seq", which are kept.'),
    ended: z
      .strictObject({
        ended: z.literal(true),
        duration: time,
        segments: z.int().min(0),
        usage: z
          .strictObject({
            audio_seconds: z.number().optional(),
            input_tokens: z.number().optional(),
            output_tokens: z.number().optional(),
            cost: z.number().optional(),
          })
          .optional(),
        seq,
      })
      .describe('Everything said has its final.'),
  },
};
