import { fraction, optional, setting, text, url } from './setting.ts';

/** By the names of OpenTelemetry's specification. */
export const traceSettings = {
  otelEndpoint: setting(
    'OTEL_EXPORTER_OTLP_ENDPOINT',
    optional(url('http', 'https')),
    undefined,
    'Receiver of traces by OTLP/HTTP, for example http://localhost:4318; none are made when not set.',
  ),
  otelHeaders: setting(
    'OTEL_EXPORTER_OTLP_HEADERS',
    headers,
    {},
    'Headers for that receiver: name=value, separated by commas.',
    true,
  ),
  otelServiceName: setting('OTEL_SERVICE_NAME', text, 'live-transcribe', 'Name of this server in traces.'),
  otelRatio: setting(
    'OTEL_TRACES_SAMPLER_ARG',
    fraction,
    1,
    'Part of sessions that is traced, from 0 to 1, where the client does not say.',
  ),
};

/** Values may be percent-encoded, as in the W3C's baggage. */
function headers(value: string): Readonly<Record<string, string>> {
  const entries = value.split(',').map((part) => /^\s*([\w!#$%&'*+.^`|~-]+)\s*=\s*(.*?)\s*$/.exec(part));
  if (entries.some((entry) => !entry)) throw new Error('must be headers such as name=value, separated by commas');
  return Object.fromEntries(entries.map((entry) => [entry?.[1] ?? '', decoded(entry?.[2] ?? '')]));
}

function decoded(value: string): string {
  try {
    return decodeURIComponent(value);
  } catch {
    return value;
  }
}
