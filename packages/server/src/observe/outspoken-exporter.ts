import type { ReadableSpan, SpanExporter } from '@opentelemetry/sdk-trace';
import type { Log } from './log.ts';

type Report = Parameters<SpanExporter['export']>[1];

/** `ExportResultCode.SUCCESS`, whose package is nobody's to import for one number. */
const success = 0;

/** Says once in the log that the receiver of traces is away, and once that it is back; the library says nothing. */
export class OutspokenExporter implements SpanExporter {
  readonly #exporter: SpanExporter;
  readonly #log: Log;
  #isAway = false;

  constructor(exporter: SpanExporter, log: Log) {
    this.#exporter = exporter;
    this.#log = log;
  }

  export(spans: ReadableSpan[], report: Report): void {
    this.#exporter.export(spans, (result) => {
      const code: number = result.code;
      this.#note(code === success ? undefined : (result.error?.message ?? 'no reason was given'));
      report(result);
    });
  }

  shutdown(): Promise<void> {
    return this.#exporter.shutdown();
  }

  async forceFlush(): Promise<void> {
    await this.#exporter.forceFlush?.();
  }

  #note(fault: string | undefined): void {
    if ((fault !== undefined) === this.#isAway) return;
    this.#isAway = fault !== undefined;
    if (fault === undefined) this.#log.info('traces are received again');
    else this.#log.warn(`traces are not received: ${fault}`);
  }
}
