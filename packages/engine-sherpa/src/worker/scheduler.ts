/** What is to be done for one stream, a little at a time. */
export interface Work {
  readonly isWaiting: boolean;
  /** Does the next little; answers how many ms of audio it was. */
  step(): number | Promise<number>;
}

interface Place {
  readonly work: Work;
  /** When the stream's clock stands at zero: how far it is ahead of real time is what it was served less the time since. */
  since: number;
  servedMs: number;
}

export interface SchedulerOptions {
  /** ms that only go up. */
  readonly now: () => number;
  /** Calls back when what came meanwhile has been read. */
  readonly yield: (resume: () => void) => void;
  /** ms of audio done, and the ms it took. */
  readonly onStep: (audioMs: number, tookMs: number) => void;
  readonly onError: (error: unknown) => void;
}

/**
 * Longer than this nobody reads what comes meanwhile, or hears what was found. Each turn costs some 0.1 ms of waking and being woken. A
 * single step of a large model lasts longer.
 */
const turnMs = 20;
/** A stream that was silent has no claim to more than this. */
const mostBehindMs = 500;

/**
 * Whose turn it is: the stream that is the least ahead of real time. A live stream never is, so it is served before a file
 * that has had more than its length in time; what is left over is the files', in equal parts.
 */
export class Scheduler {
  readonly #options: SchedulerOptions;
  readonly #places = new Map<Work, Place>();
  #running = false;

  constructor(options: SchedulerOptions) {
    this.#options = options;
  }

  add(work: Work): void {
    this.#places.set(work, { work, since: this.#options.now(), servedMs: 0 });
  }

  remove(work: Work): void {
    this.#places.delete(work);
  }

  /** To be called when there is something to do. */
  wake(): void {
    if (this.#running) return;
    this.#running = true;
    this.#options.yield(() => void this.#turn());
  }

  async #turn(): Promise<void> {
    try {
      const began = this.#options.now();
      let now = began;
      for (let place = this.#next(now); place !== undefined; place = this.#next(now)) {
        const step = place.work.step();
        const audioMs = typeof step === 'number' ? step : await step;
        place.servedMs += audioMs;
        const after = this.#options.now();
        this.#options.onStep(audioMs, after - now);
        now = after;
        if (now - began >= turnMs) return this.#options.yield(() => void this.#turn());
      }
      this.#running = false;
    } catch (error) {
      this.#options.onError(error);
    }
  }

  #next(now: number): Place | undefined {
    let next: Place | undefined;
    let least = Number.POSITIVE_INFINITY;
    for (const place of this.#places.values()) {
      if (!place.work.isWaiting) continue;
      const ahead = place.servedMs - (now - place.since);
      if (ahead < -mostBehindMs) place.since = now - place.servedMs - mostBehindMs;
      if (ahead >= least) continue;
      least = ahead;
      next = place;
    }
    return next;
  }
}
