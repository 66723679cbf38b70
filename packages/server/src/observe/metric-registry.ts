import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import { FastHistogram } from './fast-histogram.ts';

/** What is told of one kind of thing. */
export interface MetricDescription {
  readonly name: string;
  readonly help: string;
  readonly type: string;
}

/** Makes metrics with the prefix of ours, and tells all of them. */
export class MetricRegistry {
  readonly #registry = new Registry();

  get descriptions(): readonly MetricDescription[] {
    return this.#registry.getMetricsAsArray().map(({ name, help, type }) => ({ name, help, type: String(type) }));
  }

  get contentType(): string {
    return this.#registry.contentType;
  }

  text(): Promise<string> {
    return this.#registry.metrics();
  }

  counter<Label extends string = never>(
    name: string,
    help: string,
    labelNames: readonly Label[] = [],
    fill?: (counter: Counter<Label>) => void,
  ): Counter<Label> {
    const collect = () => {
      counter.reset();
      fill?.(counter);
    };
    const counter = new Counter<Label>({ ...this.#named(name, help), labelNames, ...(fill && { collect }) });
    return counter;
  }

  gauge<Label extends string = never>(
    name: string,
    help: string,
    labelNames: readonly Label[] = [],
    fill?: (gauge: Gauge<Label>) => void,
  ): Gauge<Label> {
    const collect = () => {
      gauge.reset();
      fill?.(gauge);
    };
    const gauge = new Gauge<Label>({ ...this.#named(name, help), labelNames, ...(fill && { collect }) });
    return gauge;
  }

  histogram<Label extends string = never>(
    name: string,
    help: string,
    buckets: readonly number[],
    labelNames: readonly Label[] = [],
  ): Histogram<Label> {
    return new Histogram({ ...this.#named(name, help), buckets: [...buckets], labelNames });
  }

  fast(name: string, help: string, buckets: readonly number[]): FastHistogram {
    const histogram = new FastHistogram({ ...this.#named(name, help), buckets });
    this.#registry.registerMetric(histogram);
    return histogram;
  }

  #named(name: string, help: string) {
    return { name: `live_transcribe_${name}`, help, registers: [this.#registry] };
  }
}
