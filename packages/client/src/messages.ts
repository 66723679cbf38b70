import { TranscriptionError } from './errors.ts';

/** What the server says of the session when it begins. */
export interface SessionInfo {
  readonly id: string;
  readonly engine: string | undefined;
  readonly model: string | undefined;
  /** ISO 639, or `auto`. */
  readonly language: string | undefined;
}

/** Times are seconds of audio since the session's first sample. */
interface Span {
  readonly start: number;
  readonly end: number;
}

export interface Word extends Span {
  readonly word: string;
  /** 0 to 1. */
  readonly confidence?: number;
}

/** The best text so far of the open segment: the whole text, which replaces the one before. */
export interface PartialEvent extends Span {
  readonly kind: 'partial';
  readonly segment: number;
  readonly text: string;
}

/** The text of a closed segment; empty where the engine took noise for speech. */
export interface FinalEvent extends Span {
  readonly kind: 'final';
  readonly segment: number;
  readonly text: string;
  readonly words?: readonly Word[];
}

/** Something went wrong; the conversation goes on unless its end follows. */
export interface ErrorEvent {
  readonly kind: 'error';
  readonly code: string;
  readonly message: string;
  /** The segment that is closed by this without a text. */
  readonly segment: number | undefined;
}

/** Everything said has its final. */
export interface EndedEvent {
  readonly kind: 'ended';
  /** Seconds of audio. */
  readonly duration: number | undefined;
}

export type TranscriptionEvent = PartialEvent | FinalEvent | ErrorEvent | EndedEvent;
export type ServerMessage = TranscriptionEvent | { readonly kind: 'started'; readonly session: SessionInfo };

type Members = Readonly<Record<string, unknown>>;

/**
 * One message of the server. `undefined` for a kind this version does not know, as newer servers may send;
 * throws `bad_answer` for what is no message at all, or has a member that cannot be right.
 */
export function parseServerMessage(data: unknown): ServerMessage | undefined {
  const message = parseMembers(data);
  if ('partial' in message) return { kind: 'partial', text: text(message, 'partial'), ...place(message) };
  if ('final' in message) return parseFinal(message);
  if ('error' in message) return parseError(message);
  if ('ended' in message) return { kind: 'ended', duration: optional(message, 'duration', isTime) };
  if ('session_id' in message) return { kind: 'started', session: parseSession(message) };
  return undefined;
}

function parseMembers(data: unknown): Members {
  if (typeof data !== 'string') throw bad('a binary message where a JSON text was expected');
  let parsed: unknown;
  try {
    parsed = JSON.parse(data);
  } catch (cause) {
    throw bad(`"${data.slice(0, 80)}", which is no JSON`, cause);
  }
  if (!isObject(parsed)) throw bad(`"${data.slice(0, 80)}", which is no JSON object`);
  return parsed;
}

function parseFinal(message: Members): FinalEvent {
  const final: FinalEvent = { kind: 'final', text: text(message, 'final'), ...place(message) };
  const words = optional(message, 'words', isWords);
  return words === undefined ? final : { ...final, words };
}

const parseError = (message: Members): ErrorEvent => ({
  kind: 'error',
  message: text(message, 'error'),
  code: optional(message, 'code', isText) ?? 'internal',
  segment: optional(message, 'segment', isIndex),
});

const parseSession = (message: Members): SessionInfo => ({
  id: text(message, 'session_id'),
  engine: optional(message, 'engine', isText),
  model: optional(message, 'model', isText),
  language: optional(message, 'language', isText),
});

const place = (message: Members) => ({
  segment: required(message, 'segment', isIndex),
  start: required(message, 'start', isTime),
  end: required(message, 'end', isTime),
});

type Guard<T> = (value: unknown) => value is T;

const isObject = (value: unknown): value is Members =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const isText = (value: unknown): value is string => typeof value === 'string';
const isIndex = (value: unknown): value is number => Number.isSafeInteger(value) && Number(value) >= 0;
const isTime = (value: unknown): value is number => Number.isFinite(value) && Number(value) >= 0;
const isWord = (value: unknown): value is Word =>
  isObject(value) && isText(value['word']) && isTime(value['start']) && isTime(value['end']);
const isWords = (value: unknown): value is readonly Word[] => Array.isArray(value) && value.every(isWord);

const text = (message: Members, member: string) => required(message, member, isText);

function required<T>(message: Members, member: string, guard: Guard<T>): T {
  const value = message[member];
  if (guard(value)) return value;
  throw bad(`a message whose "${member}" is ${JSON.stringify(value)?.slice(0, 80) ?? 'missing'}`);
}

/** `null` counts as absent: JSON writers of other languages send it for what they leave out. */
function optional<T>(message: Members, member: string, guard: Guard<T>): T | undefined {
  return message[member] === undefined || message[member] === null ? undefined : required(message, member, guard);
}

const bad = (what: string, cause?: unknown) =>
  new TranscriptionError('bad_answer', `The server sent ${what}.`, { cause });
