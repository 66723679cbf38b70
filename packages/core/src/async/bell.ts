/** Wakes those who wait for something to change; they look again for themselves. */
export class Bell {
  #waiting: (() => void)[] = [];

  /** Resolves at the next `ring`. Whoever ends the wait by other means rings too: a bell knows no time limit. */
  wait(): Promise<void> {
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  ring(): void {
    if (this.#waiting.length === 0) return;
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const wake of waiting) wake();
  }
}
