import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { Ajv2020, type AnySchema } from 'ajv/dist/2020.js';
import { expect } from 'vitest';
import type { SimulatedConnection, Simulator } from '../../src/index.ts';

/** OpenAI's own description of its events. It stands beside the repository, not in it. */
const beside = resolve(import.meta.dirname, '../../../../../shared/facts/openai-realtime.schema.json');

export const schemaPath = process.env['REALTIME_SCHEMA'] ?? beside;

export const schemaIsThere = existsSync(schemaPath);

/** Why conversations are not held to the schema; for the name of a skipped test. */
export const whyNot = `NOT HELD TO OPENAI'S SCHEMA: ${schemaPath} is not there; set REALTIME_SCHEMA to its path`;

export type Definition =
  | 'ClientEvent'
  | 'ServerEvent'
  | 'RealtimeCreateClientSecretRequest'
  | 'RealtimeCreateClientSecretResponse'
  | 'CreateTranscriptionResponseVerboseJson';

let ajv: Ajv2020 | undefined;

/** What is wrong with `value` according to the schema; `undefined` when nothing is, or the schema is not there. */
export function schemaFault(definition: Definition, value: unknown): string | undefined {
  if (!schemaIsThere) return undefined;
  ajv ??= loaded();
  const validate = ajv.getSchema(`openai-realtime-transcription#/$defs/${definition}`);
  if (!validate) throw new Error(`The schema has no ${definition}.`);
  return validate(value) ? undefined : `${ajv.errorsText(validate.errors)} in ${JSON.stringify(value).slice(0, 500)}`;
}

function loaded(): Ajv2020 {
  const schema: AnySchema = JSON.parse(readFileSync(schemaPath, 'utf8'));
  // Formats are descriptions here, not conditions.
  const fresh = new Ajv2020({ strict: false, validateFormats: false });
  fresh.addSchema(schema);
  return fresh;
}

/** Every event that the simulator has sent on this connection is as the schema wants it. */
export function expectSentAsInSchema(connection: SimulatedConnection): void {
  for (const event of connection.serverEvents) expect(schemaFault('ServerEvent', event)).toBeUndefined();
}

/** The whole of what a client that makes no mistakes has said and was told. */
export function expectAllAsInSchema(simulator: Simulator): void {
  for (const { request, response } of simulator.secretRequests) {
    expect(schemaFault('RealtimeCreateClientSecretRequest', request)).toBeUndefined();
    if (response) expect(schemaFault('RealtimeCreateClientSecretResponse', response)).toBeUndefined();
  }
  for (const connection of simulator.connections.values()) {
    expectSentAsInSchema(connection);
    for (const { event } of connection.clientEvents) {
      if (!isOfBeta(event)) expect(schemaFault('ClientEvent', event)).toBeUndefined();
    }
  }
}

/** What servers of the beta's dialect are told is in no schema; the simulator holds it to its own. */
const isOfBeta = (event: unknown): boolean =>
  JSON.stringify(event)?.includes('"transcription_session.update"') ?? false;
