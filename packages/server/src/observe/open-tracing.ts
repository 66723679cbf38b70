import type { Config } from '../config/settings.ts';
import type { Log } from './log.ts';
import type { Tracing } from './trace.ts';

/** Where a receiver is configured; else nothing is loaded. */
export async function openTracing(config: Config, version: string, log: Log): Promise<Tracing | undefined> {
  const { otelEndpoint: endpoint, otelHeaders, otelServiceName: serviceName, otelRatio: ratio } = config;
  if (endpoint === undefined) return undefined;
  const { openTelemetry } = await import('./open-telemetry.ts');
  log.info('sessions are traced to OTEL_EXPORTER_OTLP_ENDPOINT');
  return openTelemetry({ endpoint, headers: otelHeaders, serviceName, ratio, version, log });
}
