import { withTimeLimit } from '../async/time-limit.ts';
import { whenAborted } from '../async/when-aborted.ts';
import { EngineError } from '../errors.ts';
import type { Clock } from '../ports/clock.ts';
import type { Engine, RecognitionOptions, TranscribeOptions, Transcription } from '../ports/engine.ts';

/** What transcribes a stretch of audio outside the recognition, where the engine can: for retries, and for word times. */
export interface Transcriber {
  readonly transcribe: NonNullable<Engine['transcribe']>;
  readonly options: Omit<TranscribeOptions, 'words'>;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

/** `undefined` where the engine cannot. */
export function transcriberOf(
  engine: Engine,
  { language, model, prompt }: RecognitionOptions,
  clock: Clock,
  signal: AbortSignal,
): Transcriber | undefined {
  if (!engine.transcribe) return undefined;
  const transcribe = engine.transcribe.bind(engine);
  return { transcribe, options: { language, model, prompt }, clock, signal };
}

/** Transcribes `samples` within `ms`, even where the engine does not heed its signal. Throws what the engine throws. */
export async function transcribeWithin(
  ms: number,
  samples: Int16Array,
  words: boolean,
  { transcribe, options, clock, signal }: Transcriber,
): Promise<Transcription> {
  const attempt = new AbortController();
  const ending = AbortSignal.any([attempt.signal, signal]);
  const late = new EngineError('engine_timeout', `The engine did not transcribe within ${ms / 1000} s.`);
  const limit = { ms, clock, signal, onLate: () => attempt.abort(late) };
  try {
    return await withTimeLimit(limit, () =>
      Promise.race([transcribe(samples, { ...options, words }, ending), refuseWhenAborted(ending)]),
    );
  } finally {
    // Lets go of what listens to it: the session's own signal lives on for hours.
    attempt.abort();
  }
}

async function refuseWhenAborted(signal: AbortSignal): Promise<never> {
  await whenAborted(signal);
  throw signal.reason;
}
