import type { FastifyInstance } from 'fastify';
import type { Log } from '../observe/log.ts';
import type { Metrics } from '../observe/metrics.ts';
import type { Routes } from './route.ts';

/** What no route answers. */
const noRoute = 'none';

/** `GET /metrics`. */
export function addMetricsRoute(routes: Routes, metrics: Metrics): void {
  routes.add(
    {
      method: 'GET',
      path: '/metrics',
      says: 'What Prometheus reads; docs/operations.md has the names.',
      access: ['metrics'],
      answers: { 200: { says: 'The metrics.', types: ['text/plain'] } },
    },
    async ({ reply }) => reply.type(metrics.contentType).send(await metrics.text()),
  );
}

/** Counts what is answered, and how long that takes, by the path that the route was declared with: never by the address asked for. */
export function countRequests(app: FastifyInstance, { requests, requestDuration }: Metrics, log: Log): void {
  app.addHook('onResponse', async (request, reply) => {
    const route = request.routeOptions.url ?? noRoute;
    requests.inc({ method: request.method, route, status: String(reply.statusCode) });
    log.debug(
      { method: request.method, route, status: reply.statusCode, ms: Math.round(reply.elapsedTime) },
      'answered',
    );
    const isStream = String(reply.getHeader('content-type')).startsWith('text/event-stream');
    if (!isStream) requestDuration.observe({ route }, reply.elapsedTime / 1000);
  });
}
