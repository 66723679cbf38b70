/** An edge of speech; `at` in samples since the stream's first one. */
export interface SpeechEdge {
  readonly kind: 'started' | 'ended';
  readonly at: number;
}

/** Finds speech in one stream; what is used here of a voice activity detector. */
export interface TurnDetector {
  /** The edges that these samples make certain. */
  push(samples: Int16Array): readonly SpeechEdge[];
  readonly speaking: boolean;
  /** Samples before this are part of no utterance that is, or will be, open. */
  readonly quietThrough: number;
}

export interface DetectorOptions {
  /** Hz. */
  readonly sampleRate: number;
  /** Silence that ends an utterance, in ms; the detector's own default when absent. */
  readonly silenceMs?: number;
}

/** A detector for one stream. */
export type CreateDetector = (options: DetectorOptions) => TurnDetector;
