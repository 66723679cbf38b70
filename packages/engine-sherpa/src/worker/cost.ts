import { type EventLoopUtilization, performance } from 'node:perf_hooks';

/** The measure forgets with this half-life, in ms of audio: 20 s of one stream, or 2 s of ten. */
const memoryMs = 20_000;
/** Told so often at most. */
const tellEveryMs = 500;

/**
 * How much of the process a session takes, all in all: the measured real-time factor, 0.05 where a second of audio takes 50 ms.
 * The event loop's own count has what comes with decoding too; where decoding goes on beside the loop, its time counts.
 */
export class Cost {
  readonly #tell: (factor: number) => void;
  #audioMs = 0;
  #tookMs = 0;
  #newAudioMs = 0;
  #newTookMs = 0;
  #loop: EventLoopUtilization = performance.eventLoopUtilization();
  #toldAt = 0;

  constructor(tell: (factor: number) => void) {
    this.#tell = tell;
  }

  get factor(): number {
    this.#sum();
    return this.#audioMs === 0 ? 0 : this.#tookMs / this.#audioMs;
  }

  /** What was before does not count. */
  begin(): void {
    this.#loop = performance.eventLoopUtilization();
  }

  /** So many ms of audio took so many. */
  add(audioMs: number, tookMs: number): void {
    this.#newAudioMs += audioMs;
    this.#newTookMs += tookMs;
    const now = performance.now();
    if (now - this.#toldAt < tellEveryMs) return;
    this.#toldAt = now;
    this.#tell(this.factor);
  }

  #sum(): void {
    const loop = performance.eventLoopUtilization();
    const busyMs = loop.active - this.#loop.active;
    this.#loop = loop;
    const kept = 0.5 ** (this.#newAudioMs / memoryMs);
    this.#audioMs = this.#audioMs * kept + this.#newAudioMs;
    this.#tookMs = this.#tookMs * kept + Math.max(this.#newTookMs, busyMs);
    this.#newAudioMs = 0;
    this.#newTookMs = 0;
  }
}
