import { collectDefaultMetrics, Registry } from 'prom-client';

let registry: Registry | undefined;

/**
 * What is told of the process, by the usual names (`process_…`, `nodejs_…`, with the lag of the event loop): once, however
 * many servers it holds, since what measures it cannot be stopped.
 */
export function processMetrics(): Registry {
  if (!registry) {
    registry = new Registry();
    collectDefaultMetrics({ register: registry });
  }
  return registry;
}
