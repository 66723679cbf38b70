/** How many leases this server has of each key. Bound: as many keys as sessions live here, times their bounds. */
export class Holdings {
  readonly #counts = new Map<string, number>();

  take(keys: readonly string[]): void {
    for (const key of keys) this.#counts.set(key, (this.#counts.get(key) ?? 0) + 1);
  }

  giveBack(keys: readonly string[]): void {
    for (const key of keys) {
      const left = (this.#counts.get(key) ?? 0) - 1;
      if (left > 0) this.#counts.set(key, left);
      else this.#counts.delete(key);
    }
  }

  /** In parts of so many keys. */
  *parts(size: number): Generator<readonly (readonly [key: string, count: number])[], void, undefined> {
    const all = [...this.#counts];
    for (let at = 0; at < all.length; at += size) yield all.slice(at, at + size);
  }
}
