import { msToSamples, type StreamMs, samplesToMs, streamMs } from '@live-transcribe/audio';
import { sampleRate } from './transcription-session.ts';

/** 100 ms; the service refuses to make an item of less. */
const shortestCommit = sampleRate / 10;

/** Counts, in samples, what the service was given and how much of it no item covers yet. */
export class UncommittedAudio {
  #given = 0;
  /** Everything before it belongs to an item or was cleared. */
  #cut = 0;
  /** Everything from it on is digital silence. */
  #soundEnd = 0;

  /** The time of the last sample given. */
  get end(): StreamMs {
    return streamMs(samplesToMs(this.#given, sampleRate));
  }

  add(samples: Int16Array): void {
    // From the back: all but digital silence ends the search at once.
    let sound = samples.length;
    while (sound > 0 && samples[sound - 1] === 0) sound -= 1;
    if (sound > 0) this.#soundEnd = this.#given + sound;
    this.#given += samples.length;
  }

  /** An item ends, or audio was cleared, at `time`; at the last sample given when absent. */
  cut(time?: StreamMs): void {
    const position = time === undefined ? this.#given : msToSamples(time, sampleRate);
    this.#cut = Math.min(Math.max(position, this.#cut), this.#given);
  }

  get isLongEnough(): boolean {
    return this.#given - this.#cut >= shortestCommit;
  }

  /** Whether there is anything but digital silence in it. */
  get maySpeak(): boolean {
    return this.#soundEnd > this.#cut;
  }
}
