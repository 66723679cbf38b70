import { Histogram } from 'prom-client';

export interface FastHistogramOptions {
  readonly name: string;
  readonly help: string;
  /** Seconds, rising. */
  readonly buckets: readonly number[];
}

interface Value {
  readonly metricName: string;
  readonly labels: Readonly<Record<string, string | number>>;
  readonly value: number;
}

/** A histogram without labels whose `count` is an increment: for what happens with every chunk of audio. */
export class FastHistogram extends Histogram {
  readonly #name: string;
  readonly #help: string;
  readonly #bounds: Float64Array;
  /** The last one is for what is above all bounds. */
  readonly #counts: Float64Array;
  #sum = 0;

  constructor({ name, help, buckets }: FastHistogramOptions) {
    super({ name, help, buckets: [...buckets], registers: [] });
    this.#name = name;
    this.#help = help;
    this.#bounds = Float64Array.from(buckets);
    this.#counts = new Float64Array(buckets.length + 1);
  }

  count(seconds: number): void {
    const bounds = this.#bounds;
    let at = 0;
    while (at < bounds.length && seconds > (bounds[at] ?? 0)) at += 1;
    this.#counts[at] = (this.#counts[at] ?? 0) + 1;
    this.#sum += seconds;
  }

  /** What the library tells its registry by: its own one knows only of `observe`. */
  async getForPromString(): Promise<object> {
    const values: Value[] = [];
    let total = 0;
    for (const [at, count] of this.#counts.entries()) {
      total += count;
      values.push({ metricName: `${this.#name}_bucket`, labels: { le: this.#bounds[at] ?? '+Inf' }, value: total });
    }
    values.push({ metricName: `${this.#name}_sum`, labels: {}, value: this.#sum });
    values.push({ metricName: `${this.#name}_count`, labels: {}, value: total });
    return { name: this.#name, help: this.#help, type: 'histogram', aggregator: 'sum', values };
  }
}
