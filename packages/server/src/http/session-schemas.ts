import { errorTable, type SessionRecord } from '@live-transcribe/core';
import { z } from 'zod';
import { choice, language, moment, text, trueOrFalse, wholeNumber } from './query.ts';

const seconds = z.number().min(0).describe('Seconds on the timeline of the session.');

export const sessionSummary = z
  .object({
    id: z.string(),
    started_at: z.iso.datetime(),
    ended_at: z.iso.datetime().nullable().describe('Of its latest run; null while it lives.'),
    live: z.boolean(),
    language: z.string().describe('ISO 639-1, or "auto".'),
    model: z.string(),
    engine: z.string(),
    duration: z.number().min(0).describe('Seconds of audio; of a live session up to its last segment.'),
    segments: z.int().min(0),
    preview: z.string().describe('The first words.'),
  })
  .meta({ id: 'Session' });

const word = z.object({
  word: z.string(),
  start: seconds,
  end: seconds,
  confidence: z.number().min(0).max(1).optional(),
});

export const transcriptItem = z
  .object({
    segment: z.int().min(0),
    start: seconds,
    end: seconds,
    text: z.string(),
    speaker: z.string().optional(),
    confidence: z.number().min(0).max(1).optional(),
    words: z.array(word).optional(),
    error: z
      .object({ error: z.string(), code: z.enum(Object.keys(errorTable)) })
      .optional()
      .describe('Why the segment has no text.'),
  })
  .meta({ id: 'TranscriptItem' });

const keptAudio = z.object({
  type: z.string().describe('Its media type.'),
  bytes: z.int().min(0),
  duration: seconds,
  complete: z.boolean().describe('Whether nothing is missing; where something is, silence stands for it.'),
});

export const sessionDetail = sessionSummary
  .extend({ audio: keptAudio.nullable().describe('What is kept of its audio; null for nothing.') })
  .extend({ items: z.array(transcriptItem).describe('In the order of speaking.') })
  .meta({ id: 'Transcript' });

export const sessionPage = z.object({
  sessions: z.array(sessionSummary).describe('Newest first.'),
  next: z.string().nullable().describe('The cursor of the next page; null on the last one.'),
});

export const listQuery = z.object({
  limit: wholeNumber(1, 200).default(50).describe('At most so many.'),
  cursor: text(500).optional().describe('As "next" of an earlier page; with the same other parameters.'),
  q: text(200).optional().describe('Words that all occur in the text; the last one may be the beginning of a word.'),
  live: trueOrFalse.optional().describe('Only sessions that live, or only those that do not.'),
  language: language.optional().describe('Only sessions in this language, as ISO 639-1.'),
  from: moment.optional().describe('Only sessions that started then or later.'),
  to: moment.optional().describe('Only sessions that started before.'),
});

export const idParameter = z.object({ id: z.string().describe('As the session was told at its start.') });

export const transcriptFormats = ['json', 'txt', 'srt', 'vtt'] as const;

export const transcriptQuery = z.object({ format: choice(transcriptFormats).default('json') });

export type SessionSummary = z.output<typeof sessionSummary>;
export type TranscriptItem = z.output<typeof transcriptItem>;

/** Of ms on the timeline, to the millisecond. */
export const secondsOf = (ms: number): number => Math.round(ms) / 1000;

/** A session as it is shown. */
export const summaryOf = (record: SessionRecord): SessionSummary => ({
  id: record.id,
  started_at: new Date(record.startedAt).toISOString(),
  ended_at: record.endedAt === undefined ? null : new Date(record.endedAt).toISOString(),
  live: record.state === 'live' && !record.orphaned,
  language: record.recognition.language ?? 'auto',
  model: record.recognition.model,
  engine: record.engine,
  duration: secondsOf(record.duration),
  segments: record.segments,
  preview: record.preview,
});
