import type { StreamMs } from '@live-transcribe/audio';
import type { EngineError } from '../errors.ts';

/** What a session asks of an engine. */
export interface RecognitionOptions {
  /** ISO 639-1, for example `sv`; `undefined` lets the engine decide. */
  readonly language: string | undefined;
  /** The engine's own name of a model; an engine with a single model ignores it. */
  readonly model: string;
  /** Words or a sentence that the engine may use as context. */
  readonly prompt: string | undefined;
  /** Whether utterances shall carry `words`, where the engine has them. */
  readonly words: boolean;
}

export interface EngineFeatures {
  /** The languages it knows as ISO 639-1 codes, or `any`. */
  readonly languages: readonly string[] | 'any';
  /** One sentence for people about how well it recognises, shown where it is chosen; `undefined` when there is no need. */
  readonly caveat: string | undefined;
}

/** Whether a session would get a recognition now; `reason` is a sentence that says what to do. */
export type EngineReadiness = { readonly ready: true } | { readonly ready: false; readonly reason: string };

/** An engine lives as long as the server and owns the account, the model or the processes. */
export interface Engine {
  /** As in the environment variable `ENGINE`. */
  readonly id: string;
  /** Hz, of the mono audio that its sessions take. */
  readonly sampleRate: number;
  readonly features: EngineFeatures;
  readiness(): EngineReadiness;
  /** Begins one recognition; resolves when it takes audio. Throws `EngineError`; `signal` abandons the attempt. */
  open(options: RecognitionOptions, signal: AbortSignal): Promise<EngineSession>;
  /** Ends what the engine owns; recognitions still open throw. */
  close(): Promise<void>;
}

/**
 * One recognition. The `signal` given to `open` ends it at any moment and frees what it holds; calls after the end
 * resolve without effect, since the end itself is told by `events`.
 */
export interface EngineSession {
  /** Takes mono audio at the engine's rate and resolves when more is welcome. Calls do not overlap. `samples` is the caller's again afterwards. */
  write(samples: Int16Array): Promise<void>;
  /** Finalises what has been written. */
  commit(): Promise<void>;
  /** Forgets what has been written and is not final: no event about it follows. */
  clear(): Promise<void>;
  /** No more audio comes: the remaining utterances follow, then `events` ends. */
  finish(): Promise<void>;
  /** One reader. Ends after `finish`, or throws one `EngineError`. */
  readonly events: AsyncIterable<EngineEvent>;
}

export interface Word {
  readonly text: string;
  readonly start: StreamMs;
  readonly end: StreamMs;
  /** 0 to 1. */
  readonly confidence?: number;
}

/**
 * What an engine says, in the order of speech: everything about one utterance before anything about the next.
 * `vendorEvent` is the name of the vendor's own event that it came from.
 */
export type EngineEvent =
  /** The best text so far of the open utterance: the whole text, never a delta. */
  | {
      readonly kind: 'hypothesis';
      readonly start: StreamMs;
      readonly end: StreamMs;
      readonly text: string;
      readonly vendorEvent: string;
    }
  /** The final text; empty where the engine took noise for speech. */
  | {
      readonly kind: 'utterance';
      readonly start: StreamMs;
      readonly end: StreamMs;
      readonly text: string;
      readonly words?: readonly Word[];
      readonly confidence?: number;
      readonly vendorEvent: string;
    }
  /** This utterance has no text; the recognition goes on. */
  | { readonly kind: 'failed'; readonly start: StreamMs; readonly end: StreamMs; readonly error: EngineError }
  /** Audio before `through` will never be needed again, not even by a new connection. Follows the utterance it covers. */
  | { readonly kind: 'settled'; readonly through: StreamMs };
