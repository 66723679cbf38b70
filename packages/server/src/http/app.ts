import cors from '@fastify/cors';
import fastifyStatic from '@fastify/static';
import Fastify, { type FastifyInstance, type FastifyRequest } from 'fastify';
import type { Log } from '../observe/log.ts';
import { originAllowed } from './origins.ts';
import { pagePath, type RouteOptions, registerRoutes } from './routes.ts';

export interface AppOptions extends RouteOptions {
  readonly log: Log;
  /** The folder of the built page. */
  readonly pageFolder: string;
}

const methods = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'];

/** Everything that is spoken over plain HTTP. */
export async function createApp(options: AppOptions): Promise<FastifyInstance> {
  const app: FastifyInstance = Fastify({ bodyLimit: 64 * 1024 });

  await app.register(cors, () => (request: FastifyRequest, done: (error: Error | null, cors: object) => void) => {
    const { origin, host } = request.headers;
    const allowed = origin !== undefined && originAllowed(options.config.allowedOrigins, origin, host);
    done(null, { credentials: true, methods, origin: allowed });
  });
  await app.register(fastifyStatic, {
    root: options.pageFolder,
    prefix: '/static/',
    // File names under assets/ change with their contents; the page itself is asked for anew each time.
    cacheControl: false,
    setHeaders: (response, path) => {
      const forEver = /[\\/]assets[\\/]/.test(path);
      response.setHeader('cache-control', forEver ? 'public, max-age=31536000, immutable' : 'no-cache');
    },
  });
  registerRoutes(app, options);

  app.setNotFoundHandler((request, reply) =>
    reply.code(404).send({ error: `There is nothing at ${request.url.slice(0, 200)}. The page is at ${pagePath}.` }),
  );
  app.setErrorHandler((error, _request, reply) => {
    const status = error instanceof Error && 'statusCode' in error ? Number(error.statusCode) : 500;
    if (status < 500)
      return reply.code(status).send({ error: error instanceof Error ? error.message : 'Bad request.' });
    options.log.error({ err: error }, 'a request failed');
    return reply.code(500).send({ error: 'The server met an unexpected fault; its log has the details.' });
  });
  return app;
}
