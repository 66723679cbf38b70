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
  free(): void;
}

export interface DetectorOptions {
  /** Hz. */
  readonly sampleRate: number;
  /** Silence that ends an utterance, in ms; the detector's own default when absent. */
  readonly silenceMs?: number;
}

export type OpenDetector = (options: DetectorOptions) => Promise<TurnDetector>;

/** Waits for a detector as long as `signal` lets it; one that comes too late is freed. */
export async function openedDetector(open: OpenDetector, options: DetectorOptions, signal: AbortSignal) {
  let leave: () => void = () => undefined;
  const aborted = new Promise<never>((_, reject) => {
    leave = () => reject(signal.reason);
    signal.addEventListener('abort', leave);
  });
  const opening = open(options);
  try {
    return await Promise.race([opening, aborted]);
  } catch (thrown) {
    opening.then(
      (detector) => detector.free(),
      () => undefined,
    );
    throw thrown;
  } finally {
    signal.removeEventListener('abort', leave);
  }
}
