import { type TimelineMs, timelineMs } from '@live-transcribe/audio';
import { Subscription } from '../async/subscription.ts';
import { withTimeLimit } from '../async/time-limit.ts';
import { whenAborted } from '../async/when-aborted.ts';
import { asTranscribeError, EngineError, type TranscribeError } from '../errors.ts';
import type { Transcription } from '../ports/engine.ts';
import type { LoggedFact, Span } from '../session/events.ts';
import { type Transcriber, transcribeWithin } from '../session/transcribe-within.ts';
import type { UsageSum } from '../session/usage-sum.ts';
import { alignWords } from './align-words.ts';

/** A final whose words are to be timed. */
export interface UntimedFinal extends Span {
  readonly segment: number;
  readonly text: string;
  /** Its audio, and when the first sample of that sounds. The samples are this queue's. */
  readonly samples: Int16Array;
  readonly samplesFrom: TimelineMs;
}

type WordsFact = Extract<LoggedFact, { kind: 'words' }>;

/** What is too late is of no use to somebody who reads along. */
const attemptWithinMs = 15_000;
/** Before the one other try, when the engine names no wait. */
const pauseMs = 500;
/** A slow answer shall not hold up a quick one; more at once would use up the account's rate limit. */
const mostAtOnce = 2;
/** Half a minute of short utterances; with more than that the engine is not going to keep up. */
const mostWaiting = 8;
/** Of audio in the queue. With the two under way, at most three minutes are in memory: 9 MB at 24 kHz. */
const mostWaitingMs = 60_000;
/** Whoever has stopped waits for the last words, but not for an engine that is slow. */
const finishWithinMs = 5_000;

/**
 * Times the words of finals by transcribing their audio once more, beside the live path: nobody waits for it, and what
 * cannot be had is left out. Gives `words` facts to one reader as they come, not necessarily in the order of segments.
 *
 * Bound: `mostAtOnce` requests, and `mostWaiting` finals with `mostWaitingMs` of audio behind them; the oldest goes first.
 */
export class WordTimes implements AsyncIterable<WordsFact> {
  readonly #transcriber: Transcriber;
  readonly #usage: UsageSum;
  readonly #results = new Subscription<WordsFact>({ capacity: mostWaiting });
  readonly #ending = new AbortController();
  readonly #longest: number;
  #waiting: UntimedFinal[] = [];
  #running = 0;
  #finishing = false;

  /** `sampleRate` in Hz, of the finals' samples. */
  constructor(transcriber: Transcriber, sampleRate: number, usage: UsageSum) {
    this.#transcriber = { ...transcriber, signal: this.#ending.signal };
    this.#usage = usage;
    this.#longest = (mostWaitingMs * sampleRate) / 1000;
  }

  [Symbol.asyncIterator](): AsyncIterator<WordsFact> {
    return this.#results[Symbol.asyncIterator]();
  }

  add(final: UntimedFinal): void {
    if (this.#finishing || final.samples.length > this.#longest) return;
    this.#waiting.push(final);
    while (this.#waiting.length > mostWaiting || this.#waitingSamples > this.#longest) this.#waiting.shift();
    this.#fill();
  }

  /** No more finals come. Ends when the last words have been told, or after a time limit. */
  async finish(): Promise<void> {
    this.#finishing = true;
    if (this.#running === 0) return this.end();
    const { clock } = this.#transcriber;
    const limit = { ms: finishWithinMs, clock, signal: this.#ending.signal, onLate: () => this.end() };
    await withTimeLimit(limit, () => whenAborted(this.#ending.signal));
  }

  /** Ends at once. */
  end(): void {
    this.#finishing = true;
    this.#waiting = [];
    this.#results.end();
    this.#ending.abort(new EngineError('engine_lost', 'The session has ended.'));
  }

  get #waitingSamples(): number {
    return this.#waiting.reduce((sum, { samples }) => sum + samples.length, 0);
  }

  #fill(): void {
    while (this.#running < mostAtOnce) {
      const final = this.#waiting.shift();
      if (!final) break;
      this.#running += 1;
      void this.#time(final);
    }
  }

  /** Never rejects. */
  async #time(final: UntimedFinal): Promise<void> {
    const transcription = await this.#transcribe(final.samples);
    this.#usage.add(transcription?.usage);
    if (transcription?.words) this.#results.push(wordsOf(final, transcription.words));
    await this.#results.room();
    this.#running -= 1;
    this.#fill();
    if (this.#finishing && this.#running === 0) this.end();
  }

  async #transcribe(samples: Int16Array): Promise<Transcription | undefined> {
    const { clock, signal } = this.#transcriber;
    try {
      const first = await this.#attempt(samples);
      if (!(first instanceof Error)) return first;
      const waitMs = (first instanceof EngineError ? first.retryAfterMs : undefined) ?? pauseMs;
      if (!first.retryable || waitMs > attemptWithinMs) return undefined;
      await clock.wait(waitMs, signal);
      const second = await this.#attempt(samples);
      return second instanceof Error ? undefined : second;
    } catch {
      // Ended while it waited.
      return undefined;
    }
  }

  async #attempt(samples: Int16Array): Promise<Transcription | TranscribeError> {
    return transcribeWithin(attemptWithinMs, samples, true, this.#transcriber).catch(asTranscribeError);
  }
}

function wordsOf({ segment, text, start, end, samplesFrom }: UntimedFinal, timed: Transcription['words']): WordsFact {
  const onTimeline = (timed ?? []).map((word) => ({
    text: word.text,
    start: Math.round(samplesFrom + word.start),
    end: Math.round(samplesFrom + word.end),
  }));
  const words = alignWords(text, onTimeline, { start, end }).map((word) => ({
    text: word.text,
    start: timelineMs(word.start),
    end: timelineMs(word.end),
  }));
  return { kind: 'words', segment, words };
}
