import { ClientError, errorTable } from '@live-transcribe/core';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import type { RouteAccess } from '../auth/guard.ts';

/** One kind of answer: JSON of a schema, or something else by its media types. */
export type Answer = { readonly says: string } & (
  | { readonly json: z.ZodType }
  | { readonly types: readonly string[] }
  | { readonly empty: true }
);

/** What a route is: it is served, checked and documented by this. */
export interface RouteSpec<
  Path extends z.ZodObject = z.ZodObject,
  Query extends z.ZodObject = z.ZodObject,
  Body extends z.ZodObject = z.ZodObject,
> {
  readonly method: 'GET' | 'POST' | 'DELETE';
  /** With `:name` for what varies. */
  readonly path: string;
  readonly says: string;
  /** Who may use it. */
  readonly access: RouteAccess;
  readonly parameters?: Path;
  readonly query?: Query;
  /** Of a form (multipart/form-data), which the handler reads itself. */
  readonly form?: z.ZodObject;
  /** In bytes, where it is not the server's usual one. */
  readonly bodyLimit?: number;
  /** JSON; one that is missing counts as empty. */
  readonly body?: Body;
  /** By status. */
  readonly answers: Readonly<Record<number, Answer>>;
}

export interface RouteRequest<Path extends z.ZodObject, Query extends z.ZodObject, Body extends z.ZodObject> {
  readonly parameters: z.output<Path>;
  readonly query: z.output<Query>;
  readonly body: z.output<Body>;
  readonly request: FastifyRequest;
  /** To answer with another status than 200, or with something else than JSON; that is then returned. */
  readonly reply: FastifyReply;
}

/** What every route answers when something is wrong. */
export const errorAnswer = z
  .object({
    error: z.string().describe('A sentence for people.'),
    code: z.enum(Object.keys(errorTable)).describe('For programs.'),
  })
  .meta({ id: 'Error' });

/** The routes of one server. */
export class Routes {
  readonly specs: RouteSpec[] = [];
  readonly #app: FastifyInstance;

  constructor(app: FastifyInstance) {
    this.#app = app;
  }

  /** Serves `spec`: what `handle` returns is checked against the schema of the answer 200, unless it is the reply. */
  add<Path extends z.ZodObject, Query extends z.ZodObject, Body extends z.ZodObject>(
    spec: RouteSpec<Path, Query, Body>,
    handle: (request: RouteRequest<Path, Query, Body>) => unknown,
  ): void {
    this.specs.push(spec);
    this.#app.route({
      method: spec.method,
      url: spec.path,
      config: { access: spec.access },
      ...(spec.bodyLimit !== undefined && { bodyLimit: spec.bodyLimit }),
      // Asked for its head alone, a stream would be made and never be read.
      exposeHeadRoute: !Object.values(spec.answers).some(isStream),
      handler: async (request, reply) => {
        const parameters = parse(spec.parameters, request.params);
        const query = parse(spec.query, request.query);
        const body = parse(spec.body, request.body ?? {});
        const answer = await handle({ parameters, query, body, request, reply });
        return answer === reply ? reply : checked(spec.answers[200], answer);
      },
    });
  }
}

/** Throws `bad_value`. */
function parse<Schema extends z.ZodObject>(schema: Schema | undefined, given: unknown): z.output<Schema> {
  // Where nothing is asked for, nobody reads it.
  if (!schema) return {} as z.output<Schema>;
  const parsed = schema.safeParse(given);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new ClientError('bad_value', sentenceOf(issue), { cause: parsed.error });
}

function sentenceOf(issue: z.core.$ZodIssue | undefined): string {
  if (issue?.code === 'unrecognized_keys') return `"${issue.keys.join('", "').slice(0, 100)}" is not known here.`;
  if (issue === undefined || issue.path.length === 0) return 'The body must be a JSON object.';
  return `"${issue.path.join('.')}" ${issue.message}.`;
}

const isStream = (answer: Answer): boolean => 'types' in answer && answer.types.includes('text/event-stream');

function checked(answer: Answer | undefined, value: unknown): unknown {
  return answer && 'json' in answer ? answer.json.parse(value) : value;
}
