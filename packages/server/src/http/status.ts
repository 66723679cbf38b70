import type { Engine, SessionStore } from '@live-transcribe/core';
import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import type { Config } from '../config/settings.ts';
import type { EngineChoice } from '../engines.ts';
import { pagePath } from './page-path.ts';
import type { Routes } from './route.ts';

export interface StatusOptions {
  readonly config: Config;
  readonly choice: EngineChoice;
  readonly store: SessionStore;
  readonly version: string;
  /** Why no new sessions are taken any more, where that is so. */
  readonly stopping: () => string | undefined;
}

const readyAnswer = z.object({ status: z.literal('ok'), engine: z.string() });
const unreadyAnswer = z.object({
  status: z.literal('unavailable'),
  engine: z.string(),
  reason: z.string().describe('What is wrong and what to do.'),
});

const configAnswer = z.object({
  model: z.string(),
  language: z.string(),
  sample_rate: z.int(),
  allowed_origins: z.array(z.string()),
  allow_origin_regex: z.string().nullable(),
  version: z.string(),
  engine: z.string(),
  languages: z.union([z.literal('any'), z.array(z.string())]),
  caveat: z.string().nullable(),
  engine_reason: z.string(),
});

/** Whether the server is well, and what it is set to. */
export function addStatusRoutes(routes: Routes, { config, choice, store, version, stopping }: StatusOptions): void {
  const { engine, models } = choice;

  routes.add(
    {
      method: 'GET',
      path: '/',
      says: 'The model in force; a browser is sent to the page.',
      access: 'public',
      answers: {
        200: { says: 'The server lives.', json: z.object({ status: z.literal('ok'), model_name: z.string() }) },
        302: { says: 'To the page.', empty: true },
      },
    },
    ({ request, reply }) => {
      // With its query, in which there may be the token of the link that the server has printed.
      if (wantsPage(request)) return reply.redirect(pagePath + (/\?.*/s.exec(request.url)?.[0] ?? ''));
      return { status: 'ok', model_name: models.transcriptions };
    },
  );

  routes.add(
    {
      method: 'GET',
      path: '/healthz',
      says: 'Answers while the process lives.',
      access: 'public',
      answers: { 200: { says: 'It does.', json: z.object({ status: z.literal('ok') }) } },
    },
    () => ({ status: 'ok' }),
  );

  routes.add(
    {
      method: 'GET',
      path: '/readyz',
      says: 'Whether a session would get an engine now, and would be kept.',
      access: 'public',
      answers: { 200: { says: 'It would.', json: readyAnswer }, 503: { says: 'It would not.', json: unreadyAnswer } },
    },
    async ({ reply }) => {
      const readiness = engine.readiness();
      const reason = stopping();
      if (reason !== undefined) return reply.code(503).send({ status: 'unavailable', engine: engine.id, reason });
      const faults = [readiness, await store.readiness()].flatMap((part) => (part.ready ? [] : [part.reason]));
      if (faults.length === 0) return { status: 'ok', engine: engine.id };
      return reply.code(503).send({ status: 'unavailable', engine: engine.id, reason: faults.join(' ') });
    },
  );

  routes.add(
    {
      method: 'GET',
      path: '/config',
      says: 'What the server is set to; never a secret.',
      access: 'public',
      answers: { 200: { says: 'The settings.', json: configAnswer } },
    },
    () => ({
      model: models.plain,
      language: choice.plainLanguage,
      sample_rate: config.sampleRate,
      allowed_origins: config.allowedOrigins.exact,
      allow_origin_regex: config.allowedOrigins.pattern ?? null,
      version,
      ...describeEngine(engine),
      engine_reason: choice.reason,
    }),
  );
}

const describeEngine = ({ id, features }: Engine) => ({
  engine: id,
  languages: features.languages,
  caveat: features.caveat ?? null,
});

/** A browser that a person points at the address, rather than a program that asks for JSON or does not say. */
const wantsPage = (request: FastifyRequest) => request.headers.accept?.includes('text/html') ?? false;
