import type { StreamMs } from '@live-transcribe/audio';

/** Commits that the service never answers; each stands for at least 100 ms of audio. */
const capacity = 1_024;

export interface Commit {
  readonly eventId: string;
  /** The audio that it makes an item of ends here. */
  readonly to: StreamMs;
  /** Where this gateway heard the utterance begin and end. */
  readonly start: StreamMs | undefined;
  readonly end: StreamMs | undefined;
}

/** Our commits that the service has not answered yet, in the order in which it answers them. Bound: the newest 1,024. */
export class OwnCommits {
  #waiting: Commit[] = [];
  #begun: StreamMs | undefined;

  /** Where this gateway has heard speech begin that is not committed yet. */
  get begun(): StreamMs | undefined {
    return this.#begun;
  }

  begin(at: StreamMs): void {
    this.#begun = at;
  }

  add(eventId: string, to: StreamMs, end: StreamMs | undefined): void {
    this.#waiting.push({ eventId, to, start: this.#begun, end });
    this.#begun = undefined;
    if (this.#waiting.length > capacity) this.#waiting.shift();
  }

  /** The one that has waited longest. */
  get oldest(): Commit | undefined {
    return this.#waiting[0];
  }

  /** Takes the one of this name, or the oldest: it has been answered. */
  take(eventId?: string): Commit | undefined {
    if (eventId === undefined) return this.#waiting.shift();
    const index = this.#waiting.findIndex((commit) => commit.eventId === eventId);
    return index < 0 ? undefined : this.#waiting.splice(index, 1)[0];
  }

  clear(): void {
    this.#waiting = [];
    this.#begun = undefined;
  }
}
