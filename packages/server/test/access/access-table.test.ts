import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { FastifyInstance, RouteOptions } from 'fastify';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RouteAccess } from '../../src/auth/guard.ts';
import { allScopes, type Scope } from '../../src/auth/scopes.ts';
import { startTestGateway } from '../test-gateway.ts';
import { type Message, WireClient } from '../wire-client.ts';
import { apiKey, configured, foreignToken } from './tokens.ts';

/** Every route of the server, and who may use it. A route without a row fails the first test. */
const table: Readonly<Record<string, RouteAccess>> = {
  'GET /': 'public',
  'GET /healthz': 'public',
  'GET /readyz': 'public',
  'GET /config': 'public',
  'GET /openapi.json': 'public',
  'GET /asyncapi.json': 'public',
  'GET /docs': 'public',
  'GET /docs/*': 'public',
  'GET /static/*': 'public',
  'GET /metrics': ['metrics'],
  'GET /v1/sessions': ['sessions'],
  'GET /v1/sessions/:id': ['sessions'],
  'GET /v1/sessions/:id/transcript': ['sessions'],
  'GET /v1/sessions/:id/audio': ['sessions'],
  'GET /v1/sessions/:id/events': ['watch', 'sessions'],
  'DELETE /v1/sessions/:id': ['sessions'],
  'POST /v1/audio/transcriptions': ['transcribe'],
  'POST /v1/tokens': ['tokens'],
  'GET /debug/front-chunks': ['debug'],
  'GET /debug/openai-chunks': ['debug'],
  'GET /debug/openai-text': ['debug'],
  'GET /debug/front-text': ['debug'],
};

/** Every socket. Each says who is there before it does anything, and needs the scope `transcribe`. */
const sockets: Readonly<Record<string, object>> = {
  '/v1/transcriptions': { action: 'start' },
  '/ws': { type: 'stop' },
};

const nobody = '00000000-0000-4000-8000-000000000000';
const places: Readonly<Record<string, string>> = { '/static/*': '/static/index.html', '/docs/*': '/docs/index.html' };
const refusals = [401, 403];

describe('the access table', { timeout: 60_000 }, () => {
  const routes = new Set<string>();
  let gateway: Awaited<ReturnType<typeof startTestGateway>>;
  let open: typeof gateway;

  beforeAll(async () => {
    const onApp = (message: unknown) => {
      const { fastify } = message as { readonly fastify: FastifyInstance };
      fastify.addHook('onRoute', ({ method, url }: RouteOptions) => {
        for (const each of [method].flat()) routes.add(`${each} ${url}`);
      });
    };
    subscribe('fastify.initialization', onApp);
    gateway = await startTestGateway({ environment: configured });
    unsubscribe('fastify.initialization', onApp);
    open = await startTestGateway();
  });
  afterAll(async () => {
    await gateway.close();
    await open.close();
  });

  const ask = (route: string, headers: Record<string, string> = {}, query = '', at = gateway) => {
    const [method = '', pattern = ''] = route.split(' ');
    const path = (places[pattern] ?? pattern).replace(':id', nobody);
    return fetch(`http://127.0.0.1:${at.port}${path}${query}`, { method, headers, redirect: 'manual' });
  };
  const bearer = (token: string) => ({ authorization: `Bearer ${token}` });
  const scoped = (...scopes: readonly string[]) => foreignToken({ sub: 'somebody', scopes });

  it('has a row for every route of the running server, and for no other', () => {
    const served = [...routes].filter((route) => !/^(HEAD|OPTIONS) /.test(route));
    expect(served.toSorted()).toEqual(Object.keys(table).toSorted());
    const heads = [...routes].filter((route) => route.startsWith('HEAD ')).map((route) => route.slice(5));
    expect(heads.filter((url) => table[`GET ${url}`] === undefined)).toEqual([]);
  });

  const rows = Object.entries(table);

  it.each(rows.filter(([, access]) => access === 'public'))('%s is for everybody', async (route) => {
    for (const headers of [{}, bearer('wrong'), bearer(await scoped())]) {
      expect(refusals).not.toContain((await ask(route, headers)).status);
    }
  });

  it.each(rows.filter(([, access]) => access !== 'public'))('%s is for %s', async (route, access) => {
    const heads = routes.has(route.replace('GET ', 'HEAD ')) && route.startsWith('GET ');
    const asked = heads ? [route, route.replace('GET ', 'HEAD ')] : [route];
    for (const each of asked) {
      const without = await ask(each);
      expect([without.status, without.headers.get('www-authenticate')]).toEqual([401, 'Bearer']);
      const wrong = await ask(each, bearer('wrong'));
      expect([wrong.status, wrong.headers.get('www-authenticate')]).toEqual([401, 'Bearer error="invalid_token"']);
      expect((await ask(each, bearer(await foreignToken({ expires: 1 })))).status).toBe(401);
      for (const scope of [...allScopes, 'Sessions', '*']) {
        const allowed = access.includes(scope as Scope);
        const answer = await ask(each, bearer(await scoped(scope)));
        // A route may refuse what is asked for, and not who asks.
        const refused = answer.headers.get('www-authenticate')?.includes('insufficient_scope') ?? false;
        expect(refused).toBe(refused && answer.status === 403);
        expect({ scope, refused }).toEqual({ scope, refused: !allowed });
        expect(answer.status).not.toBe(401);
      }
    }
    expect((await (await ask(route)).json()).code).toBe('unauthorized');
    expect((await (await ask(route, bearer(await scoped()))).json()).code).toBe('forbidden');
    const expired = await ask(route, bearer(await foreignToken({ expires: 1 })));
    expect((await expired.json()).code).toBe('token_expired');
    for (const answer of [await ask(route, bearer(apiKey)), await ask(route, {}, `?token=${apiKey}`)]) {
      expect(refusals).not.toContain(answer.status);
    }
    for (const headers of [{}, bearer('whatever')]) {
      expect(refusals).not.toContain((await ask(route, headers, '', open)).status);
    }
  });

  it('has a row for every socket', async () => {
    const { channels } = await (await ask('GET /asyncapi.json')).json();
    const addresses = Object.values(channels as Record<string, Message>).map(({ address }) => String(address));
    expect(addresses.toSorted()).toEqual(Object.keys(sockets).toSorted());
  });

  /** What a client is told first, with the code of its close. */
  const knock = async (
    path: string,
    headers: Record<string, string>,
    { query = '', at = gateway, protocols = [] as string[] } = {},
  ) => {
    const client = new WireClient(`ws://127.0.0.1:${at.port}${path}${query}`, { headers, protocols });
    client.socket.on('open', () => {
      client.send(sockets[path] ?? {});
      client.send({ action: 'stop' });
    });
    const { code } = await client.closed;
    return { code, told: client.messages[0]?.['code'] };
  };

  it.each(Object.keys(sockets))('%s is for those who may transcribe', async (path) => {
    const refused = (told: string) => ({ code: 1008, told });
    const allowed = { code: 1000, told: undefined };
    expect(await knock(path, {})).toEqual(refused('unauthorized'));
    expect(await knock(path, bearer('wrong'))).toEqual(refused('unauthorized'));
    expect(await knock(path, bearer(await foreignToken({ expires: 1 })))).toEqual(refused('token_expired'));
    for (const scope of allScopes) {
      const expected = scope === 'transcribe' ? allowed : refused('forbidden');
      expect({ scope, ...(await knock(path, bearer(await scoped(scope)))) }).toEqual({ scope, ...expected });
    }
    expect(await knock(path, bearer(apiKey))).toEqual(allowed);
    expect(await knock(path, {}, { query: `?token=${apiKey}` })).toEqual(allowed);
    const protocols = ['live-transcribe', `token.${apiKey}`];
    expect(await knock(path, {}, { protocols })).toEqual(allowed);
    expect(await knock(path, bearer('whatever'), { at: open })).toEqual(allowed);
  });
});
