import { plainMessages, transcriptionsMessages } from '@live-transcribe/protocols';
import { z } from 'zod';
import { asyncApi } from './async-api.ts';
import type { JsonObject } from './json-schema.ts';
import { openApi } from './open-api.ts';
import type { Routes } from './route.ts';

const description = z.record(z.string(), z.unknown());

/** What the interface is, for programs; `/docs` shows it to people. */
export function addDescriptionRoutes(routes: Routes, version: string): void {
  // Made when first asked for, when all routes are there, and never different after that.
  let http: JsonObject | undefined;
  let sockets: JsonObject | undefined;
  routes.add(
    {
      method: 'GET',
      path: '/openapi.json',
      says: 'This interface as an OpenAPI document.',
      access: 'public',
      answers: { 200: { says: 'OpenAPI 3.1.', json: description } },
    },
    () => (http ??= openApi(routes.specs, version)),
  );
  routes.add(
    {
      method: 'GET',
      path: '/asyncapi.json',
      says: 'The WebSockets as an AsyncAPI document.',
      access: 'public',
      answers: { 200: { says: 'AsyncAPI 3.0.', json: description } },
    },
    () => (sockets ??= asyncApi([transcriptionsMessages, plainMessages], version)),
  );
}
