/** Wakes those who wait for something to change; they look again for themselves. */
export class Bell {
  #next: Promise<void> | undefined;
  #wake: () => void = () => undefined;

  /** Resolves at the next `ring`. Whoever ends the wait by other means rings too: a bell knows no time limit. */
  wait(): Promise<void> {
    this.#next ??= new Promise((resolve) => {
      this.#wake = resolve;
    });
    return this.#next;
  }

  ring(): void {
    if (this.#next === undefined) return;
    this.#next = undefined;
    this.#wake();
  }
}
