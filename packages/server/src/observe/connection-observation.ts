import { asTranscribeError } from '@live-transcribe/core';
import type { Metrics } from './metrics.ts';
import type { ConnectionTrace } from './trace.ts';

type ConnectionMetrics = Pick<Metrics, 'engineOpen' | 'engineConnections' | 'engineErrors' | 'engineFailed'>;

/** What is noted of one engine connection, from the attempt to open it to its end. */
export class ConnectionObservation {
  readonly #session: string;
  readonly #metrics: ConnectionMetrics;
  readonly #trace: ConnectionTrace | undefined;
  readonly #began = performance.now();
  #state: 'opening' | 'open' | 'ended' = 'opening';

  constructor(session: string, metrics: ConnectionMetrics, trace: ConnectionTrace | undefined) {
    this.#session = session;
    this.#metrics = metrics;
    this.#trace = trace;
  }

  opened(): void {
    this.#state = 'open';
    this.#metrics.engineOpen.observe((performance.now() - this.#began) / 1000);
    this.#metrics.engineConnections.inc();
    this.#trace?.opened();
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
    const fault = error === undefined ? undefined : asTranscribeError(error);
    if (fault) this.#metrics.engineFailed(fault, this.#session);
    this.#trace?.ended(fault?.code);
  }
}
