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

  /** `time` of the attached connection, to the whole millisecond. */
  time(time: StreamMs): TimelineMs {
    return this.timeAt(this.position(time));
  }

  /** When the session's sample number `position` sounds, to the whole millisecond. */
  timeAt(position: number): TimelineMs {
    return timelineMs(Math.round(samplesToMs(position, this.#sampleRate)));
  }
}
