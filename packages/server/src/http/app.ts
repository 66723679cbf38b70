import { fileURLToPath } from 'node:url';
import cors from '@fastify/cors';
import multipart from '@fastify/multipart';
import fastifyStatic from '@fastify/static';
import { TranscribeError } from '@live-transcribe/core';
import Fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import type { Access } from '../auth/access.ts';
import type { Door } from '../auth/door.ts';
import { challenge, guardRoutes } from '../auth/guard.ts';
import type { MintedTokens } from '../auth/minted-tokens.ts';
import type { Config } from '../config/settings.ts';
import type { FileTranscriptions } from '../files/file-transcriptions.ts';
import type { Log } from '../observe/log.ts';
import type { Metrics } from '../observe/metrics.ts';
import type { Rings } from '../observe/rings.ts';
import { addAudioRoute } from './audio.ts';
import { addDebugRoutes } from './debug.ts';
import { addDescriptionRoutes } from './descriptions.ts';
import { httpStatus } from './http-status.ts';
import { addMetricsRoute, countRequests } from './metrics.ts';
import { pagePath } from './page-path.ts';
import { Routes } from './route.ts';
import { addSecurityHeaders } from './security-headers.ts';
import { addSessionRoutes, type SessionRouteOptions } from './sessions.ts';
import { addStatusRoutes, type StatusOptions } from './status.ts';
import { addTokenRoute } from './tokens.ts';
import type { Watchers, WatchOptions } from './watch.ts';

export interface AppOptions extends StatusOptions, SessionRouteOptions, WatchOptions {
  readonly log: Log;
  readonly rings: Rings;
  readonly metrics: Metrics;
  readonly watchers: Watchers;
  readonly files: FileTranscriptions;
  readonly access: Access;
  readonly door: Door;
  readonly minted: MintedTokens;
  /** The folder of the built page. */
  readonly pageFolder: string;
}

/** Nobody has reason for so many. */
const mostHeaders = 100;
const methods = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'];
/** Which a page's own code may read. */
const exposedHeaders = ['WWW-Authenticate', 'Retry-After', 'Content-Disposition'];
const docsFolder = fileURLToPath(new URL('../../assets/docs/', import.meta.url));

/** What a connection may do before it has said what it wants. */
function serverOptions({ maxBodyBytes, maxHeaderBytes, headersSeconds, requestSeconds }: Config) {
  const headersTimeout = headersSeconds * 1000;
  const requestTimeout = Math.max(requestSeconds, headersSeconds) * 1000;
  return {
    bodyLimit: maxBodyBytes,
    requestTimeout,
    http: {
      maxHeaderSize: maxHeaderBytes,
      headersTimeout,
      requestTimeout,
      // How often those are looked for that take longer.
      connectionsCheckingInterval: Math.ceil(Math.min(headersTimeout / 3, 5_000)),
    },
  };
}

/** Everything that is spoken over plain HTTP. */
export async function createApp(options: AppOptions): Promise<FastifyInstance> {
  const { log, rings, metrics, pageFolder, version, watchers, files, access, door } = options;
  const app: FastifyInstance = Fastify(serverOptions(options.config));

  app.server.maxConnections = options.config.maxConnections;
  app.server.maxHeadersCount = mostHeaders;
  countRequests(app, metrics, log);
  await app.register(cors, () => (request: FastifyRequest, done: (error: Error | null, cors: object) => void) => {
    done(null, { credentials: true, methods, origin: door.allows(request.raw), exposedHeaders });
  });
  await addSecurityHeaders(app);
  guardRoutes(app, access, door);
  await app.register(fastifyStatic, {
    root: pageFolder,
    prefix: '/static/',
    dotfiles: 'ignore',
    // File names under assets/ change with their contents; the page itself is asked for anew each time.
    cacheControl: false,
    setHeaders: (response, path) => {
      const forEver = /[\\/]assets[\\/]/.test(path);
      response.setHeader('cache-control', forEver ? 'public, max-age=31536000, immutable' : 'no-cache');
    },
  });
  await app.register(fastifyStatic, { root: docsFolder, prefix: '/docs/', decorateReply: false });
  app.get('/docs', { config: { access: 'public' } }, (_request, reply) => reply.redirect('/docs/'));

  await app.register(multipart);

  const routes = new Routes(app);
  addStatusRoutes(routes, options);
  addSessionRoutes(routes, options);
  addAudioRoute(routes, options);
  watchers.addTo(routes, options);
  files.addTo(routes);
  addDebugRoutes(routes, rings);
  addMetricsRoute(routes, metrics);
  addTokenRoute(routes, options.minted);
  addDescriptionRoutes(routes, version);

  app.setNotFoundHandler((request, reply) =>
    reply.code(404).send({ error: `There is nothing at ${pathOf(request)}. The page is at ${pagePath}.` }),
  );
  app.setErrorHandler((thrown, request, reply) => answerFault(thrown, request, reply, log));
  return app;
}

/** Without the query, in which there may be a token. */
const pathOf = ({ url }: FastifyRequest): string => url.replace(/\?.*$/s, '').slice(0, 200);

function answerFault(thrown: unknown, request: FastifyRequest, reply: FastifyReply, log: Log): FastifyReply {
  if (thrown instanceof TranscribeError && thrown.code !== 'internal') {
    const { code, message } = thrown;
    challenge(request, reply, code);
    // Whoever may not ask may not keep the connection busy with a body either.
    if ([401, 403].includes(httpStatus(code))) reply.header('connection', 'close');
    if ([429, 503].includes(httpStatus(code))) reply.header('retry-after', '5');
    return reply.code(httpStatus(code)).send({ error: message, code });
  }
  // Fastify's own, of requests that are none.
  const status = thrown instanceof Error && 'statusCode' in thrown ? Number(thrown.statusCode) : 500;
  if (status < 500) {
    const error = thrown instanceof Error ? thrown.message : 'Bad request.';
    return reply.code(status).send({ error, code: 'bad_message' });
  }
  log.error({ err: thrown, route: request.routeOptions.url }, 'a request failed');
  const error = 'The server met an unexpected fault; its log has the details.';
  return reply.code(500).send({ error, code: 'internal' });
}
