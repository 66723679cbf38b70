/** The measure forgets with this half-life, in ms of audio: 20 s of one stream, or 2 s of ten. */
const memoryMs = 20_000;
/** Told so often at most. */
const tellEveryMs = 500;

/** How long decoding takes: the measured real-time factor, 0.05 where a second of audio takes 50 ms. */
export class Cost {
  readonly #tell: (factor: number) => void;
  #audioMs = 0;
  #tookMs = 0;
  #toldAt = 0;

  constructor(tell: (factor: number) => void) {
    this.#tell = tell;
  }

  get factor(): number {
    return this.#audioMs === 0 ? 0 : this.#tookMs / this.#audioMs;
  }

  add(audioMs: number, tookMs: number, now: number): void {
    const kept = 0.5 ** (audioMs / memoryMs);
    this.#audioMs = this.#audioMs * kept + audioMs;
    this.#tookMs = this.#tookMs * kept + tookMs;
    if (now - this.#toldAt < tellEveryMs) return;
    this.#toldAt = now;
    this.#tell(this.factor);
  }
}
