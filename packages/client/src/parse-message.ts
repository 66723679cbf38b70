import { TranscriptionError } from './errors.ts';
import type { Received, ServerMessage, Word } from './messages.ts';

type Members = Readonly<Record<string, unknown>>;
type Guard<T> = (value: unknown) => value is T;

const isObject = (value: unknown): value is Members => typeof value === 'object' && value !== null;
const isText = (value: unknown): value is string => typeof value === 'string';
const isNumber = (value: unknown): value is number => Number.isFinite(value) && Number(value) >= 0;
const isIndex = (value: unknown): value is number => isNumber(value) && Number.isSafeInteger(value);
const isWord = (value: unknown): value is Word =>
  isObject(value) && isText(value['word']) && isNumber(value['start']) && isNumber(value['end']);
const isWords = (value: unknown): value is readonly Word[] => Array.isArray(value) && value.every(isWord);

/** What each member is, whatever message it stands in. Times are seconds. */
const guards = {
  partial: isText,
  final: isText,
  error: isText,
  notice: isText,
  code: isText,
  session_id: isText,
  engine: isText,
  model: isText,
  language: isText,
  speaker: isText,
  segment: isIndex,
  seq: isIndex,
  start: isNumber,
  end: isNumber,
  confidence: isNumber,
  covered: isNumber,
  duration: isNumber,
  received: isNumber,
  resumable_s: isNumber,
  heartbeat_s: isNumber,
  words: isWords,
};
type Wire = { [K in keyof typeof guards]?: (typeof guards)[K] extends Guard<infer T> ? T : never };

/**
 * One message of the server. `undefined` for a kind this version does not know, as newer servers may send;
 * throws `bad_answer` for what is no message at all, or has a member that cannot be right.
 */
export function parseServerMessage(data: unknown): Received | undefined {
  const members = parseMembers(data);
  check(members);
  const message = messageOf(members, 'ended' in members);
  return message && { message, seq: members.seq };
}

function messageOf(message: Wire, ended: boolean): ServerMessage | undefined {
  const { start, end, segment, words, speaker, confidence, code = 'internal' } = message;
  if (message.partial !== undefined) return { kind: 'partial', text: message.partial, ...placeOf(message) };
  if (message.final !== undefined) {
    return {
      kind: 'final',
      text: message.final,
      ...placeOf(message),
      ...(words && { words }),
      ...(speaker !== undefined && { speaker }),
      ...(confidence !== undefined && { confidence }),
    };
  }
  if (message.error !== undefined) {
    return { kind: 'error', message: message.error, code, segment, start, end, fatal: false };
  }
  if (message.notice !== undefined) return { kind: 'notice', message: message.notice, code, start };
  if (words) return { kind: 'words', segment: required(segment, 'segment'), words };
  if (message.covered !== undefined) return { kind: 'covered', through: message.covered };
  if (ended) return { kind: 'ended', duration: message.duration };
  if (message.session_id !== undefined) {
    const { session_id: id, engine, model, language, resumable_s, received, heartbeat_s } = message;
    const session = { id, engine, model, language, resumable: resumable_s !== undefined };
    return { kind: 'started', session, received, heartbeatSeconds: heartbeat_s };
  }
  return undefined;
}

function parseMembers(data: unknown): Members {
  let cause: unknown;
  try {
    // `null` counts as absent: JSON writers of other languages send it for what they leave out.
    const parsed: unknown = isText(data) ? JSON.parse(data, (_name, value: unknown) => value ?? undefined) : undefined;
    if (isObject(parsed) && !Array.isArray(parsed)) return parsed;
  } catch (error) {
    cause = error;
  }
  throw bad(`${isText(data) ? `"${data.slice(0, 80)}"` : 'binary data'} where a JSON object was expected`, cause);
}

function check(message: Members): asserts message is Wire {
  for (const [name, guard] of Object.entries(guards)) {
    const value = message[name];
    if (value !== undefined && !guard(value)) {
      throw bad(`a message whose "${name}" is ${JSON.stringify(value).slice(0, 80)}`);
    }
  }
}

const placeOf = ({ segment, start, end }: Wire) => ({
  segment: required(segment, 'segment'),
  start: required(start, 'start'),
  end: required(end, 'end'),
});

function required<T>(value: T | undefined, name: string): T {
  if (value === undefined) throw bad(`a message whose "${name}" is missing`);
  return value;
}

const bad = (what: string, cause?: unknown) =>
  new TranscriptionError('bad_answer', `The server sent ${what}.`, { cause });
