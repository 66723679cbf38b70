/** Where the audio of a connection joins what the session has already. */
export class Seam {
  #known: number;

  /** `known` samples at the beginning are the session's already. */
  constructor(known = 0) {
    this.#known = known;
  }

  /** What is new of the next samples. */
  take(samples: Int16Array): Int16Array {
    if (this.#known === 0) return samples;
    const known = Math.min(this.#known, samples.length);
    this.#known -= known;
    return samples.subarray(known);
  }
}
