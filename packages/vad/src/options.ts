import { frameRate } from './bands.ts';
import type { UtteranceLimits } from './utterances.ts';

export interface SpeechDetectorOptions {
  /** Hz, 8,000 to 48,000. */
  readonly sampleRate: number;
  /** Silence that ends an utterance, in ms: 200 to 10,000, by default 500, OpenAI's own. */
  readonly silenceMs?: number;
  /** Speech that begins an utterance, in ms: 10 to 150, by default 50, the shortest words. */
  readonly minSpeechMs?: number;
  /** What before it belongs to it, in ms: 0 to 2,000, by default 300, OpenAI's own. */
  readonly prefixMs?: number;
  /** An utterance that lasts longer is cut at its best pause, in ms: 2,000 to 600,000, by default 30,000. */
  readonly maxUtteranceMs?: number;
}

/** Throws a `RangeError` that names the option. */
export function checkedSampleRate({ sampleRate }: SpeechDetectorOptions): number {
  within('sampleRate', sampleRate, 8_000, 48_000, 'Hz');
  return sampleRate;
}

/** In frames. Throws a `RangeError` that names the option. */
export function limitsOf(options: SpeechDetectorOptions): UtteranceLimits {
  const { silenceMs = 500, minSpeechMs = 50, prefixMs = 300, maxUtteranceMs = 30_000 } = options;
  within('silenceMs', silenceMs, 200, 10_000, 'ms');
  within('minSpeechMs', minSpeechMs, 10, 150, 'ms');
  within('prefixMs', prefixMs, 0, 2_000, 'ms');
  within('maxUtteranceMs', maxUtteranceMs, 2_000, 600_000, 'ms');
  return {
    silence: inFrames(silenceMs),
    speech: inFrames(minSpeechMs),
    prefix: inFrames(prefixMs),
    longest: inFrames(maxUtteranceMs),
  };
}

const inFrames = (ms: number): number => Math.ceil((ms * frameRate) / 1000);

function within(name: string, value: number, least: number, most: number, unit: string): void {
  if (Number.isInteger(value) && value >= least && value <= most) return;
  throw new RangeError(`${name} is ${value}; expected a whole number of ${unit} from ${least} to ${most}.`);
}
