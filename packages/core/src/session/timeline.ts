import type { StreamMs, TimelineMs } from '@live-transcribe/audio';
import { msToSamples, samplesToMs, timelineMs } from '@live-transcribe/audio';

/** Where an engine connection's time meets the session's: the only place that maps one to the other. */
export class Timeline {
  readonly #sampleRate: number;
  #connectionStart = 0;

  /** `sampleRate` in Hz. */
  constructor(sampleRate: number) {
    this.#sampleRate = sampleRate;
  }

  /** A new engine connection begins; the first sample it gets is the session's sample number `position`. Answers when that sounds. */
  attach(position: number): TimelineMs {
    this.#connectionStart = position;
    return this.timeAt(position);
  }

  /** The session's sample number that sounds at `time` of the attached connection. */
  position(time: StreamMs): number {
    return this.#connectionStart + msToSamples(time, this.#sampleRate);
  }

  /** `time` of the attached connection, to the sample. */
  time(time: StreamMs): TimelineMs {
    return this.timeAt(this.position(time));
  }

  /**
   * When the session's sample number `position` sounds; no whole number of ms, so that whoever goes on with the session from
   * what is stored begins at this very sample. Wire protocols round.
   */
  timeAt(position: number): TimelineMs {
    return timelineMs(samplesToMs(position, this.#sampleRate));
  }
}
