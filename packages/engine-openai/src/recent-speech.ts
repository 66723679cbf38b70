import { msToSamples } from '@live-transcribe/audio';
import { sampleRate } from './transcription-session.ts';

/**
 * What was said longer ago does not count: noise that passes for speech now and then adds up to anything. A session keeps
 * a minute of audio, so that a service found to be deaf within this time has cost no word.
 */
const window = msToSamples(45_000, sampleRate);
/** Detectors count up to so much quiet to each stretch of speech, before and after it. */
const quietAround = msToSamples(500, sampleRate);

interface Stretch {
  readonly from: number;
  readonly to: number;
}

/** When a detector has heard speech, in samples of the stream. Bound: the stretches of the last 45 s. */
export class RecentSpeech {
  #ended: Stretch[] = [];
  #from: number | undefined;

  start(at: number): void {
    this.#from = at;
  }

  end(at: number): void {
    if (this.#from !== undefined) this.#ended.push({ from: this.#from, to: at });
    this.#from = undefined;
    this.#ended = this.#ended.filter(({ to }) => to > at - window);
  }

  /** How many samples between `position` and `now` were speech. */
  since(position: number, now: number): number {
    const earliest = Math.max(position, now - window);
    const open = this.#from === undefined ? [] : [{ from: this.#from, to: now }];
    let sum = 0;
    for (const { from, to } of [...this.#ended, ...open]) {
      sum += Math.max(0, to - Math.max(from, earliest) - quietAround);
    }
    return sum;
  }
}
