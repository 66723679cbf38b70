/** 160 ms: longer than the closure of a stop consonant, so that a pause between words is quieter on average. */
const windowFrames = 16;

/** Looks for the best place to cut speech that does not pause: the middle of the 160 ms that stand out of the noise least. */
export class Pauses {
  /** dB over the noise of the latest frames. Whole ones, so that their sum stays exact. */
  readonly #decibels = new Uint8Array(windowFrames);
  #sum = 0;
  #frames = 0;
  #least = Number.POSITIVE_INFINITY;
  #best = 0;

  /** Forgets what was found; places are counted in frames, and begin here. */
  begin(frame: number): void {
    this.#decibels.fill(0);
    this.#sum = 0;
    this.#frames = 0;
    this.#least = Number.POSITIVE_INFINITY;
    this.#best = frame;
  }

  /** Takes the frame that ends at `frame`, `decibels` (at most 255) over the noise. */
  hear(frame: number, decibels: number): void {
    const slot = this.#frames % windowFrames;
    this.#sum += decibels - (this.#decibels[slot] ?? 0);
    this.#decibels[slot] = decibels;
    this.#frames++;
    // Of equals the later one: the less of the past is cut again, the better.
    if (this.#frames < windowFrames || this.#sum > this.#least) return;
    this.#least = this.#sum;
    this.#best = frame - windowFrames / 2;
  }

  /** The frame before which to cut. */
  get best(): number {
    return this.#best;
  }
}
