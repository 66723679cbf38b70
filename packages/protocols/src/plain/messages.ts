import { noticeTable } from '@live-transcribe/audio';
import { errorTable } from '@live-transcribe/core';
import { z } from 'zod';
import { codes } from '../codes.ts';
import type { SocketMessages } from '../socket-messages.ts';

const time = z.number().min(0).describe('Seconds of audio since the first sample.');
const text = {
  text: z.string(),
  ts: z.strictObject({ start_s: time, end_s: time }),
  event: z.string().describe("The engine's name of the event."),
};

/** Every message of `/ws`. */
export const plainMessages: SocketMessages = {
  path: '/ws',
  client: {
    flush: z.object({ type: z.literal('flush') }).describe('Finalises what has been said.'),
    reset: z.object({ type: z.literal('reset') }).describe('Drops what is not final.'),
    stop: z.object({ type: z.literal('stop') }).describe('Ends the audio; the remaining finals follow.'),
  },
  server: {
    partial: z.strictObject({ type: z.literal('partial'), ...text }).describe('The text so far.'),
    final: z.strictObject({ type: z.literal('final'), ...text }).describe('The text of an utterance.'),
    error: z
      .strictObject({ type: z.literal('error'), error: z.string(), code: z.enum(codes(errorTable)) })
      .describe('What went wrong.'),
    notice: z
      .strictObject({
        type: z.literal('notice'),
        notice: z.string(),
        code: z.enum(codes(noticeTable)),
        ts: z.strictObject({ start_s: time }),
      })
      .describe('Something about the audio; the session goes on.'),
  },
};
