import type { z } from 'zod';
import { type JsonObject, JsonSchemas } from './json-schema.ts';
import { type Answer, errorAnswer, type RouteSpec } from './route.ts';

const securitySchemes = {
  bearer: { type: 'http', scheme: 'bearer', description: 'An API key, or a token; open servers want none.' },
};

/** The HTTP interface as an OpenAPI 3.1 document. */
export function openApi(specs: readonly RouteSpec[], version: string): JsonObject {
  const schemas = new JsonSchemas('#/components/schemas/');
  const paths: Record<string, Record<string, JsonObject>> = {};
  for (const spec of specs) {
    const path = spec.path.replaceAll(/:(\w+)/g, '{$1}');
    paths[path] = { ...paths[path], [spec.method.toLowerCase()]: operation(spec, schemas) };
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'live-transcribe',
      version,
      description: 'A live speech-to-text gateway. Its WebSockets are described by /asyncapi.json.',
    },
    paths,
    components: { schemas: schemas.named, securitySchemes },
  };
}

/** What a route that is not public may answer, whatever it is. */
const refusals: Readonly<Record<number, Answer>> = {
  401: { says: 'No key or token, or none that is good (any more).', json: errorAnswer },
  403: { says: 'The key or token, or the page that it is used by, may not do this.', json: errorAnswer },
};

function operation(spec: RouteSpec, schemas: JsonSchemas): JsonObject {
  const all = spec.access === 'public' ? spec.answers : { ...refusals, ...spec.answers };
  const answers = Object.entries(all).map(([status, answer]) => [status, response(answer, schemas)]);
  const parameters = [...parametersOf(spec.parameters, 'path', schemas), ...parametersOf(spec.query, 'query', schemas)];
  return {
    operationId: operationId(spec),
    summary: spec.says,
    ...(parameters.length > 0 && { parameters }),
    ...(spec.form && {
      requestBody: { required: true, content: { 'multipart/form-data': { schema: schemas.of(spec.form, 'input') } } },
    }),
    ...(spec.body && { requestBody: requestBody(spec.body, schemas) }),
    ...(spec.access !== 'public' && { security: spec.access.map((scope) => ({ bearer: [scope] })) }),
    responses: Object.fromEntries(answers),
  };
}

const requestBody = (body: z.ZodObject, schemas: JsonSchemas): JsonObject => ({
  content: { 'application/json': { schema: schemas.of(body, 'input') } },
});

/** `GET /v1/sessions/:id` is `get-v1-sessions-id`. */
const operationId = ({ method, path }: RouteSpec): string =>
  [method.toLowerCase(), ...path.split(/[^\w.-]+/).filter((part) => part !== '')].join('-');

function parametersOf(given: z.ZodObject | undefined, where: 'path' | 'query', schemas: JsonSchemas): JsonObject[] {
  return Object.entries(given?.shape ?? {}).map(([name, schema]) => {
    const { description, ...rest } = schemas.of(schema, 'output');
    const required = where === 'path' || !schema.safeParse(undefined).success;
    return { name, in: where, required, ...(description !== undefined && { description }), schema: rest };
  });
}

function response(answer: Answer, schemas: JsonSchemas): JsonObject {
  const description = answer.says;
  if ('json' in answer) {
    return { description, content: { 'application/json': { schema: schemas.of(answer.json, 'output') } } };
  }
  if (!('types' in answer)) return { description };
  const content = answer.types.map((type) => [type, { schema: { type: 'string' } }]);
  return { description, content: Object.fromEntries(content) };
}
