/** A client that sends more marks than this before the engine has heard their audio gets its last ones merged. */
const capacity = 256;

export interface Mark {
  readonly kind: 'commit' | 'clear';
  /** The engine is told when it has been given the audio before this sample of the session. */
  readonly position: number;
}

/** Commits and clears, each at its place in the audio, so that they reach the engine neither early nor late. */
export class Marks {
  #marks: Mark[] = [];
  /** How many of them the present engine connection has been told. */
  #told = 0;

  add(mark: Mark): void {
    const last = this.#marks.at(-1);
    const repeated = last?.kind === mark.kind && last.position === mark.position;
    const full = this.#marks.length - this.#told >= capacity;
    if (last && this.#told < this.#marks.length && (repeated || full)) this.#marks.pop();
    this.#marks.push(mark);
  }

  /** The next one to tell. */
  next(): Mark | undefined {
    return this.#marks[this.#told];
  }

  /** `next` has been told. */
  tell(): void {
    this.#told += 1;
  }

  /** Audio before `position` will not be sent again: marks before it are of no more use. */
  settle(position: number): void {
    const kept = this.#marks.findIndex((mark, index) => index >= this.#told || mark.position > position);
    const drop = kept === -1 ? this.#marks.length : kept;
    if (drop === 0) return;
    this.#marks.splice(0, drop);
    this.#told -= drop;
  }

  /** A new engine connection hears the audio from `position` on, and so the marks in it. */
  rewind(position: number): void {
    this.#told = 0;
    this.#marks = this.#marks.filter((mark) => mark.position > position);
  }
}
