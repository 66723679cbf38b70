/**
 * Recorders stamp what they captured by a clock that is not the sound card's, some milliseconds to and fro; a packet that is
 * only a little late is no gap. Whole lost packets add up until they are more than this.
 */
const toleranceMs = 40;

/** What drifts slowly is two clocks that differ, not missing audio: a 256th of each difference is taken for granted. */
const adaptation = 1 / 256;

/** A container's clock against the audio decoded so far: tells where audio is missing. Its zero may be anywhere. */
export class ContainerClock {
  #positionMs = 0;
  /** The container's time at position 0. */
  #originMs: number | undefined;

  /** The clock begins anew with the next packet. */
  restart(): void {
    this.#originMs = undefined;
  }

  /** `durationMs` of audio have been decoded or filled in. */
  advance(durationMs: number): void {
    this.#positionMs += durationMs;
  }

  /** Milliseconds missing before a packet that sounds at `atMs`. Believes a clock that went back. */
  missingBefore(atMs: number): number {
    if (!Number.isFinite(atMs)) return 0;
    this.#originMs ??= atMs - this.#positionMs;
    const ahead = atMs - this.#positionMs - this.#originMs;
    if (ahead > toleranceMs) return ahead;
    this.#originMs += ahead < -toleranceMs ? ahead : ahead * adaptation;
    return 0;
  }
}
