/** Pixels, until a first row has been measured. */
const firstGuess = 40;

/** Where rows stand below one another, of which only those near the screen have ever been measured. */
export class RowLayout {
  #keys: readonly string[] = [];
  readonly #measured = new Map<string, number>();
  #sum = 0;
  /** Upper edges in pixels, and the end of the last row. */
  #tops: number[] = [0];

  get count(): number {
    return this.#keys.length;
  }

  /** Of all rows, in pixels. */
  get height(): number {
    return this.#tops.at(-1) ?? 0;
  }

  top(index: number): number {
    return this.#tops[Math.min(index, this.count)] ?? 0;
  }

  key(index: number): string | undefined {
    return this.#keys[index];
  }

  indexOf(key: string): number {
    return this.#keys.indexOf(key);
  }

  /** The rows that there are now; the same array, where they are the same. */
  place(keys: readonly string[]): void {
    if (keys === this.#keys) return;
    if (keys.length === 0) this.forget();
    let same = 0;
    while (same < this.#keys.length && this.#keys[same] === keys[same]) same++;
    this.#keys = keys;
    this.#placeFrom(same);
  }

  /** Takes the heights of rows as they have been drawn; answers whether anything moved. */
  measure(from: number, heights: readonly number[]): boolean {
    let first: number | undefined;
    for (const [offset, height] of heights.entries()) {
      const key = this.#keys[from + offset];
      const before = key === undefined ? height : this.#measured.get(key);
      if (key === undefined || before === height) continue;
      this.#sum += height - (before ?? 0);
      this.#measured.set(key, height);
      first ??= from + offset;
    }
    if (first !== undefined) this.#placeFrom(first);
    return first !== undefined;
  }

  /** All heights are different now: another width, another size of text. */
  forget(): void {
    this.#measured.clear();
    this.#sum = 0;
    this.#placeFrom(0);
  }

  /** The row at so many pixels from the first row's upper edge; the nearest where there is none. */
  at(y: number): number {
    let [low, high] = [0, Math.max(0, this.count - 1)];
    while (low < high) {
      const middle = Math.ceil((low + high) / 2);
      if (this.top(middle) <= y) low = middle;
      else high = middle - 1;
    }
    return low;
  }

  #placeFrom(first: number): void {
    const guess = this.#measured.size === 0 ? firstGuess : this.#sum / this.#measured.size;
    this.#tops.length = Math.min(this.#tops.length, first + 1);
    let top = this.#tops[first] ?? 0;
    for (let index = first; index < this.#keys.length; index++) {
      top += this.#measured.get(this.#keys[index] ?? '') ?? guess;
      this.#tops.push(top);
    }
  }
}
