/** A mark at most so often: 64 of them are the last 13 s, longer than anybody waits for a word. */
const stepMs = 200;
const capacity = 64;

/** When a session's audio came. Bound: 64 marks; between them the audio is taken to have come as it was spoken. */
export class Arrivals {
  readonly #msPerSample: number;
  readonly #positions = new Float64Array(capacity);
  readonly #times = new Float64Array(capacity);
  #marks = 0;
  #marked = Number.NEGATIVE_INFINITY;
  #position = 0;
  #time = Number.NEGATIVE_INFINITY;

  /** `sampleRate` in Hz. */
  constructor(sampleRate: number) {
    this.#msPerSample = 1000 / sampleRate;
  }

  /** The samples before `position` have come at `time`, in ms. Neither ever goes back. */
  note(position: number, time: number): void {
    // Before a pause as well, which is no time of arrival.
    if (this.#time - this.#marked >= stepMs || time - this.#time >= stepMs) this.#mark();
    this.#position = position;
    this.#time = time;
  }

  /** When the sample before `position` came, in ms; of what was long ago, the earliest that is still known; `undefined` before all. */
  timeOf(position: number): number | undefined {
    if (this.#time === Number.NEGATIVE_INFINITY) return undefined;
    let time = this.#time;
    let end = this.#position;
    for (let mark = this.#marks - 1; mark >= Math.max(0, this.#marks - capacity); mark -= 1) {
      const marked = this.#positions[mark % capacity] ?? 0;
      const markedTime = this.#times[mark % capacity] ?? 0;
      if (position > marked) return Math.max(markedTime, time - Math.max(0, end - position) * this.#msPerSample);
      time = markedTime;
      end = marked;
    }
    return time;
  }

  /** The latest becomes a mark. */
  #mark(): void {
    if (this.#time === Number.NEGATIVE_INFINITY) return;
    this.#positions[this.#marks % capacity] = this.#position;
    this.#times[this.#marks % capacity] = this.#time;
    this.#marked = this.#time;
    this.#marks += 1;
  }
}
