import { ClientError } from '@live-transcribe/core';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Access } from './access.ts';
import { credentialOf } from './credential.ts';
import type { Door } from './door.ts';
import { mayOneOf, type Principal, requireScope } from './principal.ts';
import type { Scope } from './scopes.ts';

/** Who may use a route: everybody, or whoever has one of these scopes. */
export type RouteAccess = 'public' | readonly Scope[];

declare module 'fastify' {
  interface FastifyContextConfig {
    access?: RouteAccess;
  }
  interface FastifyRequest {
    /** Set where the route is not public. */
    principal: Principal | null;
  }
}

/** Files that the page is made of: whoever has no token is to see a page that says so. */
const publicFolders = ['/static/', '/docs/'];

/** Lets requests through to the routes that they may use. A route that does not say who may use it stops the start. */
export function guardRoutes(app: FastifyInstance, access: Access, door: Door): void {
  app.decorateRequest('principal', null);
  app.addHook('onRoute', (route) => {
    const isFile = publicFolders.some((folder) => route.url.startsWith(folder));
    // Preflights, which carry no credentials and are answered by the rules of origins.
    const isPreflight = route.method === 'OPTIONS' && route.url === '*';
    route.config = { ...route.config };
    if (isFile || isPreflight) route.config.access ??= 'public';
    if (route.config.access === undefined) throw new Error(`${route.url} does not say who may use it.`);
  });
  app.addHook('onRequest', async (request, reply) => {
    door.checkHost(request.raw);
    // What is nowhere may be asked for by everybody.
    const needed = request.routeOptions.config.access ?? 'public';
    if (needed === 'public') return;
    door.checkOrigin(request.raw);
    // What was said is not to lie about in a browser's folder, or be answered to somebody else by a proxy.
    reply.header('cache-control', 'no-store');
    request.principal = await admit(request, reply, needed, access);
  });
}

async function admit(
  request: FastifyRequest,
  reply: FastifyReply,
  needed: readonly Scope[],
  access: Access,
): Promise<Principal> {
  const query = new URLSearchParams(request.url.split('?')[1]);
  const principal = await access.identify(credentialOf(request.headers, query));
  if (!mayOneOf(principal, needed)) {
    reply.header('www-authenticate', `Bearer error="insufficient_scope", scope="${needed.join(' ')}"`);
  }
  requireScope(principal, needed);
  const { session } = principal;
  if (session !== undefined && idOf(request) !== session) {
    throw new ClientError('forbidden', `This token is for the session ${session} alone.`);
  }
  return principal;
}

/** Who asks, on a route that is not public. */
export function principalOf({ principal }: FastifyRequest): Principal {
  if (principal === null) throw new Error('A public route asks who somebody is.');
  return principal;
}

function idOf({ params }: FastifyRequest): unknown {
  return typeof params === 'object' && params !== null && 'id' in params ? params.id : undefined;
}

/** RFC 6750: how to ask again. */
export function challenge(request: FastifyRequest, reply: FastifyReply, code: string): void {
  const { authorization } = request.headers;
  if (code === 'unauthorized') {
    reply.header('www-authenticate', authorization ? 'Bearer error="invalid_token"' : 'Bearer');
  }
  if (code === 'token_expired') reply.header('www-authenticate', 'Bearer error="invalid_token"');
}
