import { TranscriptionError } from '@live-transcribe/client';
import { GatewayError } from './gateway/gateway.ts';
import type { Words } from './words/index.ts';

/** What went wrong; the words for it are the page's. */
export interface Problem {
  /** A notice disturbs nothing; an error ended something. */
  readonly kind: 'error' | 'notice';
  readonly code: string;
  /** The sentence that came with it. */
  readonly message: string;
}

/** What a person reads of it. */
export interface Telling {
  readonly what: string;
  readonly next: string;
  /** The server's own sentence, in English, where it knows more than the code tells. */
  readonly detail: string | undefined;
}

/** What the page finds out by itself. */
export class PageError extends Error {
  override readonly name = 'PageError';
  readonly code: string;

  constructor(code: string, options?: ErrorOptions) {
    super(code, options);
    this.code = code;
  }
}

/** Codes that mean many things, each with its own sentence. */
const detailed: ReadonlySet<string> = new Set([
  'bad_audio',
  'bad_value',
  'engine_refused',
  'engine_unavailable',
  'server_not_ready',
  'unsupported_audio',
  'unsupported_language',
]);

/** What ended something, whatever was thrown. */
export function problemOf(thrown: unknown): Problem {
  if (thrown instanceof TranscriptionError || thrown instanceof GatewayError || thrown instanceof PageError) {
    return { kind: 'error', code: thrown.code, message: thrown.message };
  }
  return { kind: 'error', code: 'page_fault', message: '' };
}

/** What is reported while the rest goes on. */
export const noticeOf = (code: string, message = ''): Problem => ({ kind: 'notice', code, message });

/** In the page's words; in the error's own where the page does not know its code. */
export function tell({ kind, code, message }: Problem, { problems, unknownProblem, controls }: Words): Telling {
  const known = Object.hasOwn(problems, code) ? problems[code] : undefined;
  if (known === undefined) {
    return { what: message, next: kind === 'notice' ? controls.goesOn : unknownProblem, detail: undefined };
  }
  return { ...known, detail: detailed.has(code) && message !== '' ? message : undefined };
}
