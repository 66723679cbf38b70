import { streamMs } from '@live-transcribe/audio';
import type { TimedWord, Word } from '../ports/engine.ts';
import { type Transcriber, transcribeWithin } from './transcribe-within.ts';
import type { Failure, Utterance } from './transcript.ts';

/** What is said after a failed utterance waits for its retry: as long as a listener bears before a line comes late. */
const retryWithinMs = 5_000;

/**
 * A failed utterance as a second try hears it, from `samples`, which are its audio; or the failure itself, where that
 * fails as well. Tried once: what it costs is time of the utterances behind it.
 */
export async function retryUtterance(
  failure: Failure,
  samples: Int16Array,
  transcriber: Transcriber,
): Promise<Utterance | Failure> {
  const { start, end } = failure;
  try {
    const { text, words, usage } = await transcribeWithin(retryWithinMs, samples, false, transcriber);
    return {
      kind: 'utterance',
      start,
      end,
      text,
      vendorEvent: 'retry',
      ...(words && { words: words.map((word) => since(start, word)) }),
      ...(usage && { usage }),
    };
  } catch {
    // The first failure says more about the utterance than that of a second way to it.
    return failure;
  }
}

const since = (origin: number, { text, start, end }: TimedWord): Word => ({
  text,
  start: streamMs(origin + start),
  end: streamMs(origin + end),
});
