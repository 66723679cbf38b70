import { msToSamples } from '@live-transcribe/audio';

/** Hz, of the engine under test. */
export const rate = 24_000;

/** Samples of the recording, `to` excluded. */
export interface Stretch {
  readonly from: number;
  readonly to: number;
}

export interface SpokenRecording {
  readonly samples: Int16Array;
  readonly utterances: readonly Stretch[];
}

export interface RecordingOptions {
  /** At least so long, in ms. */
  readonly ms: number;
  /** Of one utterance, in ms. */
  readonly shortestMs?: number;
  readonly longestMs?: number;
}

/** A quarter of full scale: for any detector by loudness this is speech. */
const loud = 8_192;
/** Digits of a position; two of them, one in each sample of a pair, count to 22 million. */
const digits = 1_024;
/** Longer than any detector here waits for the end of an utterance. */
const shortestPauseMs = 700;

/** Utterances between pauses of digital silence; each sample of an utterance says which sample of the recording it is. */
export function spoken(random: () => number, options: RecordingOptions): SpokenRecording {
  const { ms, shortestMs = 300, longestMs = 3_000 } = options;
  const between = (least: number, most: number) => msToSamples(least + random() * (most - least), rate);
  const utterances: Stretch[] = [];
  let end = 0;
  while (end < msToSamples(ms, rate)) {
    const from = end + between(shortestPauseMs, 1_500);
    end = from + between(shortestMs, longestMs);
    utterances.push({ from, to: end });
  }
  // Some end in silence, some in the middle of a word.
  const samples = new Int16Array(end + (random() < 0.5 ? between(0, 1_500) : 0));
  for (const { from, to } of utterances) for (let at = from; at < to; at += 1) samples[at] = sampleAt(at);
  return { samples, utterances };
}

/** Which samples of the recording these are, as `from-to from-to`: one stretch for each that is without a hole. */
export function reading(samples: Int16Array): string {
  const stretches: { from: number; to: number }[] = [];
  let next = Number.NaN;
  for (const [index, sample] of samples.entries()) {
    const last = stretches.at(-1);
    if (sample === 0) {
      next = Number.NaN;
    } else if (last && sample === sampleAt(next)) {
      next += 1;
      last.to = next;
    } else {
      const from = positionAt(samples, index);
      next = from + 1;
      stretches.push({ from, to: next });
    }
  }
  return stretches.map(({ from, to }) => `${from}-${to}`).join(' ');
}

/** What a text of `reading` says. */
export function stretchesIn(text: string): Stretch[] {
  return text.split(' ').map((stretch) => {
    const [from = Number.NaN, to = Number.NaN] = stretch.split('-').map(Number);
    return { from, to };
  });
}

/** Even positions carry the high digit and are positive, odd ones the low digit and are negative. */
function sampleAt(position: number): number {
  const pair = Math.floor(position / 2);
  return position % 2 === 0 ? loud + Math.floor(pair / digits) : -(loud + (pair % digits));
}

/** `NaN` where the two digits do not stand side by side. */
function positionAt(samples: Int16Array, index: number): number {
  const [first = 0, second = 0] = samples.subarray(index, index + 2);
  if (first < 0) return second > 0 ? positionAt(samples, index + 1) - 1 : Number.NaN;
  if (second > -loud || first < loud) return Number.NaN;
  return 2 * ((first - loud) * digits + (-second - loud));
}
