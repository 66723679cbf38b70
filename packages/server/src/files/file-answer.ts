import { toSrt, toVtt } from '@live-transcribe/captions';
import type { EventFault, SessionEvent, Span } from '@live-transcribe/core';
import { secondsOf, type TranscriptItem } from '../http/session-schemas.ts';
import { addToTranscript } from '../http/transcript.ts';
import type { FileFormat, FileRequest } from './file-form.ts';

/** What was said in a file. */
export class FileTranscript {
  readonly #items: TranscriptItem[] = [];
  /** Where there is no text although somebody may have spoken. */
  readonly failures: ReturnType<typeof failureOf>[] = [];
  /** Seconds of audio. */
  duration = 0;

  add(event: SessionEvent): void {
    if (event.kind === 'partial' || event.kind === 'covered') return;
    if (event.kind === 'closed') this.duration = secondsOf(event.duration);
    if (event.kind === 'segment_failed') this.failures.push(failureOf(event, event.error));
    if (event.kind === 'gap') this.failures.push(failureOf(event, event.reason));
    addToTranscript(event, this.#items);
  }

  /** What has a text. */
  get items(): TranscriptItem[] {
    return this.#items.filter(({ text, error }) => error === undefined && text !== '');
  }

  get text(): string {
    return this.items.map(({ text }) => text.trim()).join(' ');
  }

  /** As OpenAI counts what it bills by time. */
  get usage() {
    return { type: 'duration', seconds: Math.ceil(this.duration) } as const;
  }

  /** Nothing where nothing is missing. */
  get missing() {
    return this.failures.length > 0 && { failures: this.failures };
  }
}

export const failureOf = ({ start, end }: Span, { code, message }: EventFault) => ({
  start: secondsOf(start),
  end: secondsOf(end),
  error: message,
  code,
});

type WriteFile = (transcript: FileTranscript, request: FileRequest) => string;

/** Each format that a file may be answered in, as OpenAI has it. */
export const fileWriters: Readonly<Record<FileFormat, { readonly type: string; readonly write: WriteFile }>> = {
  json: {
    type: 'application/json',
    write: ({ text, usage, missing }) => JSON.stringify({ text, usage, ...missing }),
  },
  text: { type: 'text/plain; charset=utf-8', write: ({ text }) => `${text}\n` },
  srt: { type: 'application/x-subrip; charset=utf-8', write: ({ items }) => toSrt(items) },
  vtt: { type: 'text/vtt; charset=utf-8', write: ({ items }) => toVtt(items) },
  verbose_json: {
    type: 'application/json',
    write: (transcript, request) => JSON.stringify(verbose(transcript, request)),
  },
};

function verbose({ items, text, duration, usage, missing }: FileTranscript, { language, words }: FileRequest) {
  return {
    task: 'transcribe',
    language: language ?? 'auto',
    duration,
    text,
    segments: items.map(({ segment: id, start, end, text: said, speaker, confidence }) => ({
      ...{ id, start, end, text: said },
      ...(speaker !== undefined && { speaker }),
      ...(confidence !== undefined && { confidence }),
    })),
    ...(words && { words: items.flatMap((item) => item.words ?? []) }),
    usage,
    ...missing,
  };
}
