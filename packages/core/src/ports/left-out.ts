/** Clients name models: beyond so many pairs of option and model nobody is told any more. */
const capacity = 256;

type Warn = (message: string, details: Readonly<Record<string, unknown>>) => void;

/** For an engine: warns of the options of `RecognitionOptions` that a model does not take, once for each option and model. */
export class LeftOut {
  readonly #warn: Warn;
  readonly #told = new Set<string>();

  constructor(warn: Warn) {
    this.#warn = warn;
  }

  tell(options: readonly string[], model: string): void {
    for (const option of options) {
      const pair = `${option} ${model}`;
      if (this.#told.has(pair) || this.#told.size >= capacity) continue;
      this.#told.add(pair);
      this.#warn('An option is left out: it cannot be had with this model here.', { option, model });
    }
  }
}
