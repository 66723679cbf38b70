import { type TimelineMs, timelineMs } from '@live-transcribe/audio';
import type { Acknowledgement } from '@live-transcribe/core';

/** A whole number of samples at every usual rate, and of Opus packets. */
const stepMs = 40;
const nothing: Acknowledgement = { through: timelineMs(0), seq: 0 };

/** What a client need not keep any more, as far as the store has taken what tells it. */
export class Acknowledgements {
  /** To be told when event number `seq` is kept. */
  #covered = nothing;
  #told = nothing;

  /** All that was said before `through` is told by the events up to number `seq`. */
  cover(through: TimelineMs, seq: number): undefined {
    this.#covered = { through: timelineMs(through - (through % stepMs)), seq };
  }

  /** Up to where all is told, with events kept up to number `stored`. */
  coveredBy(stored: number): TimelineMs {
    return stored >= this.#covered.seq ? this.#covered.through : this.#told.through;
  }

  /** Another connection has been told nothing yet. */
  restart(): void {
    this.#told = nothing;
  }

  /** What to tell now, with events kept up to number `stored`: what is new, or the last one again where `repeat` says so. */
  next(stored: number, repeat: boolean): Acknowledgement | undefined {
    const isNew = this.#covered.through > this.#told.through && stored >= this.#covered.seq;
    if (isNew) this.#told = this.#covered;
    return isNew || repeat ? this.#told : undefined;
  }
}
