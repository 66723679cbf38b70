import type { StreamMs } from '@live-transcribe/audio';
import type { EngineError } from '../errors.ts';

/** Who finds where an utterance ends. Absent members: the vendor's own default. */
export type TurnOptions =
  /** The service, by loudness. `threshold` is 0 to 1. */
  | {
      readonly kind: 'server_vad';
      readonly threshold?: number;
      readonly prefixPaddingMs?: number;
      readonly silenceDurationMs?: number;
    }
  /** The service, by what is being said. */
  | { readonly kind: 'semantic_vad'; readonly eagerness?: 'auto' | 'low' | 'medium' | 'high' }
  /** This gateway, by its own voice activity detection. */
  | { readonly kind: 'gateway_vad'; readonly silenceDurationMs?: number }
  /** Nobody: only `commit` ends an utterance. */
  | { readonly kind: 'none' };

/** What a session asks of an engine. What an engine does not have, it ignores. */
export interface RecognitionOptions {
  /** ISO 639-1, for example `sv`; `undefined` lets the engine decide. */
  readonly language: string | undefined;
  /** The engine's own name of a model; an engine with a single model ignores it. */
  readonly model: string;
  /** Words or a sentence that the engine may use as context. */
  readonly prompt: string | undefined;
  /** Whether utterances shall carry `words`, where the engine has them. */
  readonly words: boolean;
  /** Words that are likely to be said: names, terms. */
  readonly keywords?: readonly string[];
  /** The languages that may be spoken, as ISO 639-1 codes. */
  readonly languages?: readonly string[];
  /** How long the engine may think before it says something: later is better text. */
  readonly delay?: 'minimal' | 'low' | 'medium' | 'high' | 'xhigh';
  readonly turns?: TurnOptions;
  /** What the microphone is like, for an engine that can clean the sound. */
  readonly noiseReduction?: 'near_field' | 'far_field' | 'off';
}

/** What the vendor counts for its bill. Absent: not told. */
export interface Usage {
  readonly audioSeconds?: number;
  readonly inputTokens?: number;
  readonly outputTokens?: number;
  /** An estimate, in the currency of the operator's price list. */
  readonly cost?: number;
}

/** What is asked of an engine about one stretch of audio that is there as a whole. */
export interface TranscribeOptions {
  /** ISO 639-1; `undefined` lets the engine decide. */
  readonly language: string | undefined;
  /** The session's model; an engine may take another where that one cannot do what is asked. */
  readonly model: string;
  readonly prompt: string | undefined;
  /** Whether the answer shall have `words`. */
  readonly words: boolean;
}

/** A word and when it sounds, in ms since the first sample of what was transcribed. */
export interface TimedWord {
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

export interface Transcription {
  readonly text: string;
  readonly words?: readonly TimedWord[];
  readonly usage?: Usage;
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
  /**
   * Begins one recognition; resolves when it takes audio. Throws `EngineError`; `signal` abandons the attempt. A session gives the
   * same `options` object to each of its recognitions, so that an engine knows again whom it has heard in it.
   */
  open(options: RecognitionOptions, signal: AbortSignal): Promise<EngineSession>;
  /**
   * Transcribes mono audio at the engine's rate as a whole, outside any recognition. Throws `EngineError`; `signal`
   * abandons it. `samples` must not change meanwhile.
   */
  transcribe?(samples: Int16Array, options: TranscribeOptions, signal: AbortSignal): Promise<Transcription>;
  /** Ends what the engine owns; recognitions still open throw. */
  close(): Promise<void>;
}

/**
 * One recognition. The `signal` given to `open` ends it at any moment and frees what it holds; calls after the end
 * resolve without effect, since the end itself is told by `events`.
 */
export interface EngineSession {
  /**
   * Takes mono audio at the engine's rate. Where more is not welcome yet, it answers a promise that resolves when it is;
   * then `samples` is the caller's again. Calls do not overlap.
   */
  write(samples: Int16Array): Promise<void> | undefined;
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
      /** Who spoke, in the engine's own words for them. */
      readonly speaker?: string;
      readonly usage?: Usage;
      readonly vendorEvent: string;
    }
  /** This utterance has no text; the recognition goes on. */
  | { readonly kind: 'failed'; readonly start: StreamMs; readonly end: StreamMs; readonly error: EngineError }
  /**
   * Audio before `through` will never be needed again, not even by a new connection. Follows the utterance it covers,
   * and may come without one: where there was nothing to hear.
   */
  | { readonly kind: 'settled'; readonly through: StreamMs }
  /**
   * This connection will end soon, and now is a good moment, a pause, to go on with another; `reason` is for the log.
   * At most once per connection.
   */
  | { readonly kind: 'rotate'; readonly reason: string };
