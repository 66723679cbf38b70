import { readFileSync } from 'node:fs';
import { plainMessages, transcriptionsMessages } from '@live-transcribe/protocols';
import { rulerAudio } from '@live-transcribe/testkit';
import { Ajv2020 } from 'ajv/dist/2020.js';
import Fastify from 'fastify';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Routes } from '../src/http/route.ts';
import { startTestGateway, testRate } from './test-gateway.ts';
import { type Message, pcm16, WireClient } from './wire-client.ts';

type Json = Readonly<Record<string, unknown>>;

let gateway: Awaited<ReturnType<typeof startTestGateway>>;
beforeAll(async () => {
  gateway = await startTestGateway();
});
afterAll(() => gateway.close());

const get = (path: string, init: RequestInit = {}) => fetch(`http://127.0.0.1:${gateway.port}${path}`, init);
const load = async (path: string): Promise<Json> => Object(await (await get(path)).json());
const at = (root: unknown, ...names: readonly string[]): unknown =>
  names.reduce((value: unknown, name) => Object(value)[name], root);
const entries = (value: unknown): [string, Json][] => Object.entries(Object(value));

/** Every `$ref` of a document. */
const refsIn = (value: unknown): string[] =>
  typeof value === 'object' && value !== null
    ? Object.entries(value).flatMap(([name, inner]) => (name === '$ref' ? [String(inner)] : refsIn(inner)))
    : [];

function expectRefs(document: Json): void {
  for (const ref of refsIn(document)) {
    const target = at(document, ...ref.slice(2).split('/'));
    expect(target, `${ref} points at something`).toBeDefined();
  }
}

/** One for all: it takes long to make. */
const ajv = new Ajv2020({ strict: false, formats: { 'date-time': true, date: true, binary: true } });

/** A check of `schema` as it stands in `document`. */
function validator(document: Json, schema: unknown) {
  return ajv.compile({ ...Object(schema), components: document['components'] });
}

describe('/openapi.json', () => {
  it('has every route that is served, and no other', async () => {
    const { paths } = await load('/openapi.json');
    const described = entries(paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
    );
    expect(described.toSorted()).toEqual(
      [
        'DELETE /v1/sessions/{id}',
        'GET /',
        'GET /asyncapi.json',
        'GET /config',
        ...['front-chunks', 'front-text', 'openai-chunks', 'openai-text'].map((ring) => `GET /debug/${ring}`),
        'GET /healthz',
        'GET /metrics',
        'GET /openapi.json',
        'GET /readyz',
        'GET /v1/sessions',
        'GET /v1/sessions/{id}',
        'GET /v1/sessions/{id}/audio',
        'GET /v1/sessions/{id}/events',
        'GET /v1/sessions/{id}/transcript',
        'POST /v1/audio/transcriptions',
        'POST /v1/tokens',
      ].toSorted(),
    );
    const table = readFileSync(new URL('../../../docs/protocols.md', import.meta.url), 'utf8');
    for (const route of described.filter((name) => !name.includes('/debug/'))) {
      expect(table, `docs/protocols.md has ${route}`).toContain(`\`${route.replace('{id}', ':id')}\``);
    }
  });

  it('keeps to the rules of OpenAPI 3.1', async () => {
    const document = await load('/openapi.json');
    expect(document).toMatchObject({ openapi: '3.1.0', info: { title: expect.any(String), version: '1.2.3' } });
    expectRefs(document);
    const operations = entries(document['paths']).flatMap(([path, methods]) =>
      entries(methods).map(([, operation]) => ({ path, operation })),
    );
    const ids = operations.map(({ operation }) => operation['operationId']);
    expect(new Set(ids).size).toBe(ids.length);
    for (const { path, operation } of operations) {
      expect(operation, path).toMatchObject({ summary: expect.stringMatching(/^[A-Z].*\.$/s) });
      expect(Object.keys(Object(operation['responses'])).every((status) => /^[1-5]\d\d$/.test(status))).toBe(true);
      for (const [, response] of entries(operation['responses']))
        expect(response['description']).toEqual(expect.any(String));
      const parameters = (operation['parameters'] ?? []) as readonly Json[];
      const inPath = parameters.filter((parameter) => parameter['in'] === 'path');
      expect(inPath.map(({ name }) => `{${String(name)}}`)).toEqual(path.match(/\{\w+\}/g) ?? []);
      expect(inPath.every(({ required }) => required === true)).toBe(true);
      for (const { schema } of parameters) validator(document, schema);
    }
  });

  it('describes what is answered', async () => {
    const document = await load('/openapi.json');
    const client = await WireClient.open(gateway.port, '/v1/transcriptions');
    client.send({ action: 'start', encoding: 'pcm16', sample_rate: testRate });
    const { session_id: id } = await client.next('session_id');
    client.send(pcm16(rulerAudio(0, 12_000)));
    client.send({ action: 'stop' });
    await client.closed;
    let checked = 0;
    for (const [path, methods] of entries(document['paths'])) {
      if (at(methods, 'get') === undefined) continue;
      for (const [query, fill] of [
        ['', id],
        ['?limit=0', 'none'],
      ]) {
        const response = await get(path.replace('{id}', String(fill)) + query, { redirect: 'manual' });
        const described = at(methods, 'get', 'responses', String(response.status));
        expect(described, `${path} may answer ${response.status}`).toBeDefined();
        const type = response.headers.get('content-type') ?? '';
        if (!type.includes('json')) continue;
        const validate = validator(document, at(described, 'content', 'application/json', 'schema'));
        const isFile = at(described, 'content', 'application/json', 'schema', 'type') === 'string';
        const body: unknown = await response.json();
        expect(isFile || validate(body), `${path}: ${JSON.stringify(validate.errors)}`).toBe(true);
        checked += 1;
      }
    }
    expect(checked).toBeGreaterThan(20);
  });
});

describe('a route', () => {
  it('does not answer what its schema does not allow', async () => {
    const { z } = await import('zod');
    const app = Fastify();
    const json = z.object({ answer: z.int() });
    new Routes(app).add(
      { method: 'GET', path: '/', says: '', access: 'public', answers: { 200: { says: '', json } } },
      () => ({
        answer: 'x',
      }),
    );
    expect((await app.inject('/')).statusCode).toBe(500);
  });
});

describe('/asyncapi.json', () => {
  it('keeps to the rules of AsyncAPI 3.0, and has every message of both sockets', async () => {
    const document = await load('/asyncapi.json');
    expect(document).toMatchObject({ asyncapi: '3.0.0', info: { title: expect.any(String), version: '1.2.3' } });
    expectRefs(document);
    const addresses = entries(document['channels']).map(([, { address }]) => address);
    expect(addresses).toEqual(['/v1/transcriptions', '/ws']);
    const operations = entries(document['operations']);
    expect(operations.map(([, { action }]) => action)).toEqual(['receive', 'send', 'receive', 'send']);
    for (const [, operation] of operations) {
      const channel = String(at(operation, 'channel', '$ref'));
      const refs = refsIn(operation['messages']);
      expect(refs.every((ref) => ref.startsWith(`${channel}/messages/`))).toBe(true);
    }
    const messages = entries(at(document, 'components', 'messages'));
    const names = [transcriptionsMessages, plainMessages].flatMap(({ client, server }) => [
      ...Object.keys(client),
      'audio',
      ...Object.keys(server),
    ]);
    expect(messages.map(([, { name }]) => name)).toEqual(expect.arrayContaining(names));
    expect(messages).toHaveLength(names.length);
    for (const [id, { payload, summary }] of messages) {
      expect(summary, id).toEqual(expect.stringMatching(/\.$/));
      validator(document, payload);
    }
  });

  it.each(['transcriptions', 'resumption', 'plain'])('describes the recorded conversation "%s"', async (name) => {
    const document = await load('/asyncapi.json');
    const file = new URL(`../../protocols/test/fixtures/${name}.json`, import.meta.url);
    const { socket, messages }: { socket: string; messages: { from: string; message: Message }[] } = JSON.parse(
      readFileSync(file, 'utf8'),
    );
    const described = entries(at(document, 'components', 'messages'))
      .filter(([, { contentType }]) => contentType === undefined)
      .map(([id, { payload }]) => ({ id, validate: validator(document, payload) }));
    for (const { from, message } of messages) {
      const fitting = described.filter(({ id, validate }) => id.startsWith(`${socket}.${from}.`) && validate(message));
      expect(fitting.length, `${from}: ${JSON.stringify(message)}`).toBe(1);
    }
  });
});

describe('/docs', () => {
  it('is a page without anything from elsewhere, and without a script or style that a strict policy forbids', async () => {
    expect((await get('/docs', { redirect: 'manual' })).headers.get('location')).toBe('/docs/');
    const response = await get('/docs/');
    expect(response.headers.get('content-type')).toContain('text/html');
    const page = await response.text();
    expect(page).not.toMatch(/https?:\/\/|\sstyle=|<style|\son\w+=|<script(?![^>]*\ssrc=)/);
    for (const file of ['docs.js', 'docs.css']) {
      const asset = await get(`/docs/${file}`);
      expect(asset.status).toBe(200);
      expect(await asset.text()).not.toMatch(/https?:\/\/|@import|innerHTML/);
    }
    expect((await get('/docs/../package.json')).status).toBe(404);
    expect((await get('/docs/%2e%2e/%2e%2e/package.json')).status).toBe(404);
  });
});
