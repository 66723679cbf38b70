/** Watches over answers that are owed by somebody who may hang: `onLate` is called when none has come for `ms`. */
export class Patience {
  readonly #ms: number;
  readonly #owes: () => boolean;
  readonly #onLate: () => void;
  #timer: NodeJS.Timeout | undefined;

  /** `owes`: whether an answer is owed just now. */
  constructor(ms: number, owes: () => boolean, onLate: () => void) {
    this.#ms = ms;
    this.#owes = owes;
    this.#onLate = onLate;
  }

  /** An answer is owed from now on: to be called before it is asked for. */
  expect(): void {
    if (this.#timer === undefined) this.#timer = setTimeout(() => this.#look(), this.#ms);
    else if (!this.#owes()) this.#timer.refresh();
  }

  /** An answer has come. */
  heard(): void {
    this.#timer?.refresh();
  }

  end(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  #look(): void {
    this.#timer = undefined;
    if (this.#owes()) this.#onLate();
  }
}
