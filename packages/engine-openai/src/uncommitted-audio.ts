import { msToSamples } from '@live-transcribe/audio';
import { sampleRate } from './transcription-session.ts';

/** 100 ms; the service refuses to make an item of less. */
const shortestCommit = sampleRate / 10;

/** Counts, in samples, what the service was sent and how much of it no item covers yet. */
export class UncommittedAudio {
  #sent = 0;
  /** Everything before it belongs to an item or was cleared. */
  #cut = 0;
  /** Everything from it on is digital silence. */
  #soundEnd = 0;

  add(samples: Int16Array): void {
    // From the back: all but digital silence ends the search at once.
    let sound = samples.length;
    while (sound > 0 && samples[sound - 1] === 0) sound -= 1;
    if (sound > 0) this.#soundEnd = this.#sent + sound;
    this.#sent += samples.length;
  }

  /** An item ends, or audio was cleared, at `time`, in ms of what was sent; at the last sample sent when absent. */
  cut(time?: number): void {
    const position = time === undefined ? this.#sent : msToSamples(time, sampleRate);
    this.#cut = Math.min(Math.max(position, this.#cut), this.#sent);
  }

  get isLongEnough(): boolean {
    return this.#sent - this.#cut >= shortestCommit;
  }

  /** Whether there is anything but digital silence in it. */
  get maySpeak(): boolean {
    return this.#soundEnd > this.#cut;
  }
}
