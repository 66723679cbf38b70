import { sampleRate } from './utterances.ts';

/** So late at most a word comes behind its beginning, beside the step that it comes in. 500 ms. */
const delay = sampleRate / 2;

/** For a model that does not say when its words were said: where the open utterance's text came from, by the steps it came in. In samples. */
export class Steps {
  readonly #size: number;
  #decoded: number;
  #text = '';
  #from: number | undefined;
  #until: number | undefined;

  /** From the sample `begin` on, `size` samples are decoded in a step. */
  constructor(begin: number, size: number) {
    this.#decoded = begin;
    this.#size = size;
  }

  /** Where decoding is. */
  get decoded(): number {
    return this.#decoded;
  }

  /** Where the text begins, rather too early; `undefined` without text. */
  get from(): number | undefined {
    return this.#from;
  }

  /** Behind the step that changed it last. */
  get until(): number | undefined {
    return this.#until;
  }

  /** A step has been decoded; `text` is the utterance's now. */
  took(text: string): void {
    const begun = this.#decoded;
    this.#decoded += this.#size;
    if (text === this.#text) return;
    this.#text = text;
    this.#from ??= begun - delay;
    this.#until = this.#decoded;
  }

  /** Another utterance follows. */
  end(): void {
    this.#text = '';
    this.#from = undefined;
    this.#until = undefined;
  }
}
