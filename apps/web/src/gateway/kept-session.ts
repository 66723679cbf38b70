import type { Segment } from '@live-transcribe/client';
import { isObject, type JsonObject, number, objects, text } from './json.ts';

/** A session as it stands in a list. */
export interface SessionSummary {
  readonly id: string;
  readonly startedAt: Date;
  readonly live: boolean;
  readonly language: string | undefined;
  readonly model: string | undefined;
  readonly engine: string | undefined;
  /** Seconds. */
  readonly duration: number;
  readonly segments: number;
  readonly preview: string;
}

export interface SessionPage {
  readonly sessions: readonly SessionSummary[];
  /** Gives the next page; `undefined` on the last one. */
  readonly next: string | undefined;
}

export interface KeptSession extends SessionSummary {
  readonly items: readonly Segment[];
  readonly audio: KeptAudio | undefined;
}

/** What the server has kept of the audio. */
export interface KeptAudio {
  /** Whether nothing is missing. */
  readonly complete: boolean;
}

export function parsePage(body: JsonObject): SessionPage {
  return { sessions: objects(body['sessions']).map(parseSummary), next: text(body['next']) };
}

export function parseSession(body: JsonObject): KeptSession {
  const audio = body['audio'];
  return {
    ...parseSummary(body),
    items: objects(body['items']).map(parseItem),
    audio: isObject(audio) ? { complete: audio['complete'] !== false } : undefined,
  };
}

function parseSummary(given: JsonObject): SessionSummary {
  return {
    id: text(given['id']) ?? '',
    startedAt: new Date(text(given['started_at']) ?? 0),
    live: given['live'] === true,
    language: text(given['language']),
    model: text(given['model']),
    engine: text(given['engine']),
    duration: number(given['duration']) ?? 0,
    segments: number(given['segments']) ?? 0,
    preview: text(given['preview']) ?? '',
  };
}

function parseItem(given: JsonObject, at: number): Segment {
  const start = number(given['start']) ?? 0;
  const speaker = text(given['speaker']);
  const words = objects(given['words']).map((word) => ({
    word: text(word['word']) ?? '',
    start: number(word['start']) ?? start,
    end: number(word['end']) ?? start,
  }));
  return {
    index: number(given['segment']) ?? at,
    start,
    end: number(given['end']) ?? start,
    text: text(given['text']) ?? '',
    state: given['error'] === undefined || given['error'] === null ? 'final' : 'failed',
    ...(speaker !== undefined && { speaker }),
    ...(words.length > 0 && { words }),
  };
}
