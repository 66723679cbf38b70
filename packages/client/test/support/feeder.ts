import { bytesOf, rulerSamples } from './ruler.ts';

/** Ruler audio that comes when the test says so. */
export class Feeder {
  readonly #waiting: Uint8Array[] = [];
  #at = 0;
  #ended = false;
  #wake: () => void = () => undefined;

  samples(count: number): void {
    this.#waiting.push(bytesOf(rulerSamples(this.#at, count)));
    this.#at += count;
    this.#wake();
  }

  end(): void {
    this.#ended = true;
    this.#wake();
  }

  async *stream(): AsyncGenerator<Uint8Array> {
    for (;;) {
      const bytes = this.#waiting.shift();
      if (bytes !== undefined) yield bytes;
      else if (this.#ended) return;
      else await new Promise<void>((resolve) => (this.#wake = resolve));
    }
  }
}
