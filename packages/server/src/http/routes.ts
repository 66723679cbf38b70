import type { Engine } from '@live-transcribe/core';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Config } from '../config/settings.ts';
import type { EngineChoice } from '../engines.ts';
import type { Ring, Rings } from '../observe/rings.ts';

export interface RouteOptions {
  readonly config: Config;
  readonly choice: EngineChoice;
  readonly rings: Rings;
  readonly version: string;
}

export const pagePath = '/static/index.html';

export function registerRoutes(app: FastifyInstance, options: RouteOptions): void {
  registerStatus(app, options);
  registerDebug(app, options.rings);
}

function registerStatus(app: FastifyInstance, { config, choice, version }: RouteOptions): void {
  const { engine, models } = choice;

  app.get('/', (request, reply) => {
    if (wantsPage(request)) return reply.redirect(pagePath);
    return { status: 'ok', model_name: models.transcriptions };
  });

  app.get('/healthz', () => ({ status: 'ok' }));

  app.get('/readyz', (_request, reply) => {
    const readiness = engine.readiness();
    if (readiness.ready) return { status: 'ok', engine: engine.id };
    return reply.code(503).send({ status: 'unavailable', engine: engine.id, reason: readiness.reason });
  });

  app.get('/config', () => ({
    model: models.plain,
    language: choice.plainLanguage,
    sample_rate: config.sampleRate,
    allowed_origins: config.allowedOrigins.exact,
    allow_origin_regex: config.allowedOrigins.pattern ?? null,
    version,
    ...describeEngine(engine),
    engine_reason: choice.reason,
  }));
}

const describeEngine = ({ id, features }: Engine) => ({
  engine: id,
  languages: features.languages,
  caveat: features.caveat ?? null,
});

/** A browser that a person points at the address, rather than a program that asks for JSON or does not say. */
const wantsPage = (request: FastifyRequest) => request.headers.accept?.includes('text/html') ?? false;

function registerDebug(app: FastifyInstance, rings: Rings): void {
  const routes = {
    '/debug/front-chunks': rings.frontChunks,
    '/debug/openai-chunks': rings.engineChunks,
    '/debug/openai-text': rings.engineText,
    '/debug/front-text': rings.frontText,
  };
  for (const [path, ring] of Object.entries(routes)) {
    app.get(path, (request, reply) => latest(ring, new URL(request.url, 'http://any').searchParams, reply));
  }
}

const mostEntries = 1_000;
const usualEntries = 50;

function latest(ring: Ring<{ readonly session_id: string }>, query: URLSearchParams, reply: FastifyReply) {
  const given = query.get('limit') ?? String(usualEntries);
  const limit = /^\d{1,4}$/.test(given) ? Number(given) : 0;
  if (limit < 1 || limit > mostEntries) {
    return reply.code(422).send({ error: `"limit" must be a whole number from 1 to ${mostEntries}.` });
  }
  return { items: ring.latest(limit, query.get('session_id') ?? undefined) };
}
