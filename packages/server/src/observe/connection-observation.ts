import { asTranscribeError } from '@live-transcribe/core';
import type { Metrics } from './metrics.ts';

/** What is noted of one engine connection, from the attempt to open it to its end. */
export class ConnectionObservation {
  readonly #metrics: Pick<Metrics, 'engineOpen' | 'engineConnections' | 'engineErrors'>;
  readonly #began = performance.now();
  #state: 'opening' | 'open' | 'ended' = 'opening';

  constructor(metrics: Pick<Metrics, 'engineOpen' | 'engineConnections' | 'engineErrors'>) {
    this.#metrics = metrics;
  }

  opened(): void {
    this.#state = 'open';
    this.#metrics.engineOpen.observe((performance.now() - this.#began) / 1000);
    this.#metrics.engineConnections.inc();
  }

  /** One utterance has failed. */
  failed(error: unknown): void {
    this.#metrics.engineErrors.inc({ code: asTranscribeError(error).code });
  }

  /** It is over; the first call counts. `error`: what the engine is to blame for. */
  ended(error: unknown): void {
    if (this.#state === 'ended') return;
    if (this.#state === 'open') this.#metrics.engineConnections.dec();
    this.#state = 'ended';
    if (error !== undefined) this.failed(error);
  }
}
